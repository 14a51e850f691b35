# SPDX-License-Identifier: MIT
"""Reasons the channel's rules give."""

from tasuki.base.reasons import kind

WRONG_CERTIFICATE = kind(
    "channel.wrong-certificate",
    en="Expected the TLS certificate pinned in the anchor of {partner}, found another; the connection is not that partner's. Compare anchors with them.",
    ja="{partner} のアンカーに固定された TLS 証明書が必要ですが、別の証明書でした。この接続は当該パートナーのものではありません。アンカーを照合してください。",
)
STALE_ANCHOR = kind(
    "channel.stale-anchor",
    en="Expected a current anchor of {partner}; it expired at {expires}. Bulk traffic waits until a new anchor is exchanged; the urgent lane goes on.",
    ja="{partner} の有効なアンカーが必要ですが、{expires} に失効しました。新しいアンカーを交換するまで bulk は停止し、urgent のみ続行します。",
)
WRONG_SENDER = kind(
    "channel.wrong-sender",
    en="Expected an envelope from {expected}, whose certificate this is; found one that names {found}. It was not taken.",
    ja="この証明書の持ち主 {expected} からの封筒が必要ですが、差出人は {found} でした。受け取りませんでした。",
)
SUITE_TOO_LOW = kind(
    "channel.suite-too-low",
    en="Expected suite {least} or higher, found suite {suite}; seal the envelope under a suite this node takes.",
    ja="スイート {least} 以上が必要ですが、スイート {suite} でした。このノードが受け付けるスイートで封をしてください。",
)
NOT_AN_ENVELOPE = kind(
    "channel.not-an-envelope",
    en="Expected an envelope type, found {type}, which names another kind of signed statement; it was not taken.",
    ja="封筒の種別が必要ですが、別の署名文書の種別 {type} でした。受け取りませんでした。",
)
WRONG_RECIPIENT = kind(
    "channel.wrong-recipient",
    en="Expected an envelope addressed to {expected}, found one addressed to {found}; it belongs to another node and was not opened.",
    ja="{expected} 宛ての封筒が必要ですが、宛先は {found} でした。他のノード宛てのため、開封しませんでした。",
)
UNKNOWN_LANE = kind(
    "channel.unknown-lane",
    en="Expected one of the lanes urgent, bulk, exercise; found {lane}. Send it on a lane both nodes have.",
    ja="レーンは urgent、bulk、exercise のいずれかですが、{lane} でした。双方にあるレーンで送ってください。",
)
WRONG_EPOCH = kind(
    "channel.wrong-epoch",
    en="Expected epoch {expected} on lane {lane}, found {found}; an epoch changes only when two people on both sides agree.",
    ja="レーン {lane} のエポックは {expected} ですが、{found} でした。エポックの変更には双方二名の合意が必要です。",
)
EQUIVOCATION = kind(
    "channel.equivocation",
    en="Expected the bytes first received as {env_id}, number {seq}; found other bytes, equally signed by {partner}. Both are kept as evidence: call the partner's duty officer.",
    ja="{env_id}(番号 {seq})として最初に受け取ったものと異なる内容に、{partner} の正しい署名がありました。両方を証拠として保存しました。相手の当直に連絡してください。",
)
GAP = kind(
    "channel.gap",
    en="Expected number {expected} on lane {lane}, found {found}; send from {expected} on, in order.",
    ja="レーン {lane} の次の番号は {expected} ですが、{found} でした。{expected} から順に送ってください。",
)
SPENT = kind(
    "channel.spent",
    en="Expected number {expected} on lane {lane}, found {found}, which is spent and no longer remembered; if the sender was restored, let it ask for the lane's state.",
    ja="レーン {lane} の次の番号は {expected} ですが、{found} は使用済みで記録も残っていません。送信側が復元された場合は、レーンの状態を問い合わせてください。",
)
WRONG_PREV = kind(
    "channel.wrong-prev",
    en="Expected number {seq} on lane {lane} to follow the envelope this node holds; it follows another. The two histories differ: compare the pair logs.",
    ja="レーン {lane} の番号 {seq} は、このノードが保持する封筒に続くはずですが、別の封筒に続いています。履歴が食い違っています。ペアログを照合してください。",
)
VERSION = kind(
    "channel.unknown-version",
    en="Expected wire version {lowest} to {highest}, found {found}; upgrade this node, then have it sent again.",
    ja="対応するワイヤ版は {lowest} から {highest} ですが、{found} でした。このノードを更新し、再送を求めてください。",
)
CRIT = kind(
    "channel.unknown-crit",
    en="Expected to understand every field that must be understood; {field} is not known here. Upgrade this node, then have it sent again.",
    ja="必須フィールド {field} をこのノードは解釈できません。このノードを更新し、再送を求めてください。",
)
ANSWER_SUITE = kind(
    "channel.answer-suite",
    en="Expected to be able to answer under suite {least}; this node has suite {suite}. Upgrade this node, then have it sent again.",
    ja="スイート {least} での応答が求められていますが、このノードはスイート {suite} です。このノードを更新し、再送を求めてください。",
)
UNKNOWN_TYPE = kind(
    "channel.unknown-type",
    en="Expected an envelope type this node acts on, found {type}; it is held unopened. Upgrade this node, then have it sent again.",
    ja="このノードが処理できる封筒の種別ではありません({type})。未開封のまま保管しました。このノードを更新し、再送を求めてください。",
)
FUTURE = kind(
    "channel.created-in-future",
    en="Expected a creation time no later than {limit} seconds ahead of {now}, found {created}; check the clocks of both nodes, then send it again.",
    ja="作成時刻は {now} から {limit} 秒以内の未来でなければなりませんが、{created} でした。双方の時計を確認し、再送してください。",
)
EXPIRED = kind(
    "channel.expired",
    en="Expected to arrive by {not_after}, arrived at {now}; nothing of it was taken in. Decide whether it is still worth sending.",
    ja="{not_after} までの到着が条件でしたが、到着は {now} でした。何も取り込みませんでした。再送の要否を判断してください。",
)
NOT_DECIDED_ON = kind(
    "channel.not-decided-on",
    en="Expected an envelope that was received here and is no decided receipt, found {env_id} ({type}, {direction}); name one that brought something, see `tasuki channel show`.",
    ja="このノードが受信した、判断済み受領証以外の封筒が必要ですが、{env_id}({type}、{direction})でした。`tasuki channel show` で確認し、内容のある封筒を指定してください。",
)
NO_DECISION = kind(
    "channel.no-decision",
    en="Expected a decision out of {known}, found {found}; say one of these.",
    ja="判断は {known} のいずれかですが、{found} でした。いずれかを指定してください。",
)
NO_OFFICE = kind(
    "channel.no-office",
    en="Expected an office as small letters, digits and hyphens, such as duty-desk, found {found}; name the office, never a person.",
    ja="担当部署は duty-desk のような小文字・数字・ハイフンの名称ですが、{found} でした。個人名ではなく部署を指定してください。",
)
DECIDED_ON_NOTHING = kind(
    "channel.decided-on-nothing",
    en="Expected a decision on an envelope this node sent to {partner}, found one on {env_id}; it was not kept. Compare lanes with `tasuki channel reconcile {partner}`.",
    ja="このノードが {partner} に送った封筒への判断が必要ですが、{env_id} への判断でした。保存していません。`tasuki channel reconcile {partner}` で照合してください。",
)
BUSY = kind(
    "channel.busy",
    en="Expected room for what was sent; this node has none left for it ({what}). Keep it and send it again in {seconds} s; nothing was taken in.",
    ja="受け入れる余地がありません({what})。何も取り込んでいません。保持したまま、{seconds}秒後に再送してください。",
)
BUSY_RATE = kind(
    "channel.too-fast",
    en="Expected at most {limit} of these a minute; keep it and send it again in {seconds} s, nothing was taken in.",
    ja="これは1分あたり{limit}件までです。何も取り込んでいません。保持したまま、{seconds}秒後に再送してください。",
)
WRONG_RECEIPT = kind(
    "channel.wrong-receipt",
    en="Expected a receipt for {env_id} from {partner}; its field {field} says otherwise. It was kept out and the envelope stays unanswered: call the partner.",
    ja="{partner} からの {env_id} の受領証が必要ですが、フィールド {field} が一致しません。採用せず、封筒は未応答のままです。相手に連絡してください。",
)
REVOKED = kind(
    "trust.revoked",
    en="Expected a signature by a key that counts, found key {key}, which was revoked from leaf {index} of the log on; this stands at {found}. Sign anew with a current key, or send it again once the log is mirrored.",
    ja="有効な鍵による署名が必要ですが、鍵 {key} はログの {index} 番目以降について失効しています(当該箇所: {found})。現行の鍵で署名し直すか、ログの複写が済んでから再送してください。",
)
