# SPDX-License-Identifier: MIT
"""Why a restored node stays closed, and what its people can do about it."""

from tasuki.base.reasons import kind

CLOSED = kind(
    "recovery.closed",
    en="This node was put back to an earlier state and is closed until it has caught up with its partners; look with `tasuki restore --status`.",
    ja="このノードは以前の状態に復元されたため、パートナーとの追いつきが終わるまで閉じています。`tasuki restore --status` で確認してください。",
)
NOT_REBUILT = kind(
    "recovery.not-rebuilt",
    en="This node was restored and has not asked {partner} yet what it lost; nothing of {partner} is taken in before that.",
    ja="復元後、失った内容を {partner} にまだ確認していません。それまで {partner} からは何も受け入れません。",
)
OTHER_COPY = kind(
    "recovery.other-copy",
    en="Another copy of the node of {partner} has gone on since (step {known}, shown {shown}); this one must not sign anything. Stop it, and find out which of the two is the right one.",
    ja="{partner} のノードの別の複製が既に先へ進んでいます(段階{known}、提示{shown})。この複製は署名してはなりません。停止し、どちらが正しいか確認してください。",
)
STALE_COPY = kind(
    "recovery.stale-copy",
    en="{partner} knows a later state of this node: another copy of it runs, or this one was put back. Nothing was signed. Stop the other copy; if there is none, restore this node from a backup with `tasuki restore`.",
    ja="{partner} はこのノードのより新しい状態を知っています。別の複製が動いているか、以前の状態に戻されています。署名は行っていません。別の複製を停止するか、なければ `tasuki restore` でバックアップから復元してください。",
)
NOT_KNOWN_THERE = kind(
    "recovery.not-known-there",
    en="{partner} runs an earlier release and cannot say what this node lost; compare the logs with its people by another way, then open with `tasuki restore --open` (two persons).",
    ja="{partner} は以前の版のため、このノードが失った内容を答えられません。先方の担当者と別の手段でログを照合し、2名で `tasuki restore --open` を実行してください。",
)
BOTH_RESTORED = kind(
    "recovery.both-restored",
    en="{partner} was restored as well and has not caught up; what both lost, neither can give back. Call its people, compare the logs, then open with `tasuki restore --open` (two persons on each side).",
    ja="{partner} も復元直後で、追いつきが終わっていません。双方が失った内容は戻せません。先方に連絡してログを照合し、双方で2名ずつ `tasuki restore --open` を実行してください。",
)
OTHER_HISTORY = kind(
    "recovery.other-history",
    en="What {partner} holds of this node's log is not how this log goes on ({found}); nothing was taken over. One of the two was altered: keep both, and compare with `tasuki ledger audit --with {partner}`.",
    ja="{partner} が持つこのノードのログは、手元のログの続きではありません({found})。何も取り込んでいません。いずれかが改変されています。双方を保存し、`tasuki ledger audit --with {partner}` で照合してください。",
)
TOO_OLD = kind(
    "recovery.too-old",
    en="{partner} has neither the envelope nor the receipt of number {needed} on lane {lane} any more, and this copy needs it: the copy is too old to catch up. Take a newer backup; without one, people on both sides must agree a new epoch.",
    ja="{partner} はレーン{lane}の{needed}番の封筒も受領証も既に保管していませんが、この複製にはそれが必要です。複製が古すぎて追いつけません。新しいバックアップを使うか、なければ双方の担当者で新しいエポックに合意してください。",
)
PARTNER_BEHIND = kind(
    "recovery.partner-behind",
    en="{partner} has sealed up to number {sealed} on lane {lane}, and this node already holds number {held}: {partner} was put back itself. Tell its people to run `tasuki restore` there.",
    ja="{partner} のレーン{lane}は{sealed}番まででしたが、このノードは既に{held}番を持っています。{partner} 側が以前の状態に戻っています。先方に `tasuki restore` の実行を求めてください。",
)
STRANGE_ANSWER = kind(
    "recovery.strange-answer",
    en="Expected what {partner} knows of this node, found something else ({found}); it is asked again. Tell {partner} if it persists.",
    ja="このノードについて {partner} が知る内容ではない応答でした({found})。再度問い合わせます。続く場合は {partner} に連絡してください。",
)
STRANGE_QUESTION = kind(
    "recovery.strange-question",
    en="Expected a question of a recovery, found something else ({found}); nothing was done.",
    ja="復旧のための問い合わせではありません({found})。何も行っていません。",
)
GONE = kind(
    "recovery.gone",
    en="{partner} was put back to an earlier state and has number {seq} on lane {lane} no more; its log names it, nobody got it, and the lane goes on behind it. Share again what is missing.",
    ja="{partner} は以前の状態に復元され、レーン {lane} の {seq} 番の封筒はもう残っていません。ログには記載がありますが誰にも届いておらず、レーンはその次の番号から続きます。不足分は再度共有してください。",
)
NOT_TAKEN_BEFORE = kind(
    "recovery.not-taken-before",
    en="This envelope was not taken in when it came first, as leaf {index} of the log says; that receipt never arrived, and this one stands in its place. Share again what is missing.",
    ja="この封筒は、ログの葉 {index} のとおり、最初に届いた際に受け入れられませんでした。その受領証が届かなかったため、これに代えます。不足分は再度共有してください。",
)
NOT_CLOSED = kind(
    "recovery.not-closed",
    en="This node is open; there is nothing to open.",
    ja="このノードは開いています。開く必要はありません。",
)
NO_REASON = kind(
    "recovery.no-reason",
    en="Expected why, in one line of at most {limit} characters; it goes into the audit log.",
    ja="理由を{limit}字以内の1行で記入してください。監査ログに記録されます。",
)
