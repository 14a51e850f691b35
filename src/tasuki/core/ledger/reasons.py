# SPDX-License-Identifier: MIT
"""Reasons of the ledger room."""

from tasuki.base.reasons import kind

WITNESS_BODY = kind(
    "ledger.witness-body",
    en="Expected `old SIZE`, a proof and a checkpoint, found {found}.",
    ja="`old SIZE`・証明・チェックポイントが必要ですが、{found}がありました。",
)
WITNESS_UNKNOWN = kind("ledger.witness-unknown", en="unknown log {origin}", ja="未知のログ {origin}")
WITNESS_SIGNATURE = kind(
    "ledger.witness-signature",
    en="invalid signature on the checkpoint of {origin}",
    ja="{origin}のチェックポイントの署名が無効です",
)
WITNESS_OLD = kind(
    "ledger.witness-old",
    en="old size is {expected}, not {found}",
    ja="前回のサイズは{expected}です({found}ではありません)",
)
WITNESS_SIZE = kind(
    "ledger.witness-size",
    en="old size {old} is larger than the checkpoint's {size}",
    ja="前回のサイズ{old}がチェックポイントの{size}より大きい",
)
WITNESS_FORK = kind(
    "ledger.witness-fork",
    en="Two roots for size {size} of {origin}: the log was rewritten. Both checkpoints are kept as evidence.",
    ja="{origin}のサイズ{size}に二つのルートがあります。ログが書き換えられました。両方を証拠として保存しました。",
)
WITNESS_PROOF = kind(
    "ledger.witness-proof",
    en="the consistency proof does not hold: {found}",
    ja="整合性の証明が成り立ちません: {found}",
)
MIRROR_GAP = kind(
    "ledger.mirror-gap",
    en="Expected leaf {expected} next, found {found}; send from there.",
    ja="次は{expected}番の葉が必要ですが、{found}番でした。そこから送ってください。",
)
MIRROR_LEAF = kind(
    "ledger.mirror-leaf",
    en="Expected leaves with kind, salt and body as docs/spec/ledger.md says, found {found}; none of them was taken.",
    ja="docs/spec/ledger.md の定める葉(kind・salt・body)ではありません({found})。どれも受け取っていません。",
)
PERIOD = kind(
    "ledger.period",
    en="Expected the leaf that opens a period of the log (docs/spec/ledger.md, Periods), found {found}; it was not taken.",
    ja="ログの期間を開く葉(docs/spec/ledger.md の Periods)ではありません({found})。受け取っていません。",
)
PERIOD_CLOSED = kind(
    "ledger.period-closed",
    en="The period {origin} is closed: a later one was opened behind its {size} leaves. Nothing was taken.",
    ja="期間 {origin} は閉じています(葉{size}個の後に次の期間が開かれました)。受け取っていません。",
)
MIRROR_ROOT = kind(
    "ledger.mirror-root",
    en="The mirrored leaves of {origin} do not give the root it signed for size {size}.",
    ja="{origin}のミラーした葉から、サイズ{size}で署名されたルートが得られません。",
)
MIRROR_FALSE = kind(
    "ledger.mirror-false",
    en="Leaf {index} of {partner} ({kind}, envelope {env_id}) is not so here: {member} differs. Compare the pair logs with them.",
    ja="{partner}の葉{index}({kind}、封筒{env_id})は、{member}がここの記録と異なります。相手とペアログを照合してください。",
)
MIRROR_ANSWER = kind(
    "ledger.mirror-answer",
    en="Expected from {partner} the state of its mirror, found {found}; nothing was signed. Report it to them.",
    ja="{partner}からミラーの状態が返るはずですが、{found}でした。署名していません。相手に報告してください。",
)
MIRROR_REFUSED = kind(
    "ledger.mirror-refused",
    en="{partner} did not take leaves of our log ({code}): {said}",
    ja="{partner}がこちらのログの葉を受け取りませんでした({code}): {said}",
)
MIRROR_AHEAD = kind(
    "ledger.mirror-ahead",
    en="{partner} holds {theirs} leaves of our log, {ours} are left here: this node was restored or its log was cut. Nothing was signed; compare the pair logs with them and agree how to go on.",
    ja="{partner}はこちらのログの葉を{theirs}個持っていますが、ここには{ours}個しかありません。復元または切り詰めが原因です。署名していません。相手とペアログを照合し、再開の方法を合意してください。",
)
PERIODS_AHEAD = kind(
    "ledger.periods-ahead",
    en="{partner} holds {theirs} periods of our log, {ours} are left here: this node was restored or its log was cut. Nothing was signed; compare the pair logs with them and agree how to go on.",
    ja="{partner}はこちらのログの期間を{theirs}個持っていますが、ここには{ours}個しかありません。復元または切り詰めが原因です。署名していません。相手とペアログを照合し、再開の方法を合意してください。",
)
MIRROR_OTHER = kind(
    "ledger.mirror-other",
    en="The first {size} leaves of our log differ from what {partner} mirrored: one of both was changed. Nothing was signed; find the leaf with `tasuki ledger audit --with {partner}`.",
    ja="こちらのログの最初の{size}個の葉が、{partner}のミラーと異なります。一方が変更されています。署名していません。`tasuki ledger audit --with {partner}` で葉を特定してください。",
)
STORE_ALTERED = kind(
    "ledger.store-altered",
    en="Leaf {index} of {log} is not what was logged: the store was altered. Nothing was signed; restore and compare.",
    ja="{log}の葉{index}が記録時と異なります。保管内容が変更されています。署名していません。復元して照合してください。",
)
STORE_SHRANK = kind(
    "ledger.store-shrank",
    en="{log} has {size} leaves, but a checkpoint over {signed} was signed: leaves were lost. Nothing was signed; restore and compare.",
    ja="{log}の葉は{size}個ですが、{signed}個のチェックポイントに署名済みです。葉が失われています。署名していません。復元して照合してください。",
)
STORE_ROOT = kind(
    "ledger.store-root",
    en="The leaves of {log} no longer give the root signed for size {size}: the store was altered. Nothing was signed; run `tasuki ledger audit`.",
    ja="{log}の葉から、サイズ{size}で署名されたルートが得られません。保管内容が変更されています。署名していません。`tasuki ledger audit` を実行してください。",
)
NO_LEAF = kind(
    "ledger.no-leaf",
    en="No leaf of the log with {partner} is about {env_id}; list the envelopes with `tasuki channel show`.",
    ja="{partner}とのログに{env_id}の葉はありません。`tasuki channel show` で封筒を確認してください。",
)
NOT_COSIGNED = kind(
    "ledger.not-cosigned",
    en="{partner} has not cosigned a checkpoint that covers leaf {index} yet; it does within seconds while both nodes run.",
    ja="{partner}はまだ葉{index}を含むチェックポイントに連署していません。双方のノードの稼働中は数秒以内に連署されます。",
)
NO_CHECKPOINT = kind(
    "ledger.no-checkpoint",
    en="{partner} has not cosigned the log yet; it does within seconds while both nodes run.",
    ja="{partner}はまだログに連署していません。双方のノードの稼働中は数秒以内に連署されます。",
)
NO_TILE = kind(
    "ledger.no-tile",
    en="Expected a tile that a log of {size} leaves has, found {path}.",
    ja="葉{size}個のログにあるタイルではありません: {path}",
)
EVIDENCE = kind(
    "ledger.evidence",
    en="Expected an evidence file (tasuki-evidence@v1), found {found}.",
    ja="証拠ファイル(tasuki-evidence@v1)ではありません({found})。",
)
REFUSED = kind(
    "ledger.cosign-refused",
    en="{partner} did not cosign the log (status {status}): {said}",
    ja="{partner}はログに連署しませんでした(状態{status}): {said}",
)
COSIGNATURE_WRONG = kind(
    "ledger.cosignature-wrong",
    en="Expected the cosignature of {partner} on our checkpoint, found {found}; it was not kept.",
    ja="こちらのチェックポイントに対する{partner}の連署ではありません({found})。保存していません。",
)
OTHER_TEXT = kind(
    "ledger.other-text",
    en="Expected signature lines under our checkpoint, found another text.",
    ja="こちらのチェックポイントへの署名行ではなく、別の本文がありました。",
)
WITNESS_LOST = kind(
    "ledger.witness-lost",
    en="{partner} cosigned {held} leaves of our log and says it cosigned none: its witness lost its state. Nothing was signed; its witness key must be retired, so ask for metadata with a new one.",
    ja="{partner}はこちらのログの葉{held}個に連署しましたが、一つも連署していないと答えています。連署者の状態が失われています。署名していません。相手の連署鍵は廃止が必要です。新しい鍵のメタデータを求めてください。",
)
WITNESS_TWICE = kind(
    "ledger.witness-twice",
    en="Expected a third witness of its own, found {name}, which is the log's or the partner's name or key; correct witnesses.policy.",
    ja="第三の連署者 {name} は、ログまたは相手と同じ名前か鍵です。witnesses.policy を直してください。",
)
THIRD_ANSWER = kind(
    "ledger.third-answer",
    en="Expected a cosignature of the witness {name}, found {found}; it was not kept, and nothing waits for it.",
    ja="連署者 {name} の連署ではありません({found})。保存していません。処理は続いています。",
)
THIRD_AHEAD = kind(
    "ledger.third-ahead",
    en="The witness {name} cosigned {theirs} leaves of {origin}, {ours} are signed here: this node was put back, or its log was cut or forked. Compare with the partner.",
    ja="連署者 {name} は {origin} の葉{theirs}個に連署済みですが、ここで署名済みなのは{ours}個です。復元・切り詰め・分岐の疑いがあります。相手と照合してください。",
)
COSIGNATURE_TIME = kind(
    "ledger.cosignature-time",
    en="{partner} cosigned at {stamp}, which is more than {limit} s away from now; compare the clocks. It was not kept.",
    ja="{partner}の連署時刻{stamp}が現在時刻と{limit}秒以上ずれています。時計を確認してください。保存していません。",
)

TILE_LEAF = kind(
    "ledger.tile-leaf",
    en="{path}: leaf {index} is not the one whose hash stands in its tile: it or the hash was altered. Export again.",
    ja="{path}: 葉{index}がタイルのハッシュと一致しません。葉かハッシュが変更されています。書き出し直してください。",
)
TILE_WRONG = kind(
    "ledger.tile-wrong",
    en="{path}: missing, cut or not that of the leaves {start} to {end}. Export again.",
    ja="{path}: 欠落・切断しているか、葉{start}~{end}のものではありません。書き出し直してください。",
)
TILES_ROOT = kind(
    "ledger.tiles-root",
    en="The tiles do not give the root of the checkpoint ({size} leaves): one of the leaves {start} to {end} was rewritten. Export again.",
    ja="タイルからチェックポイント(葉{size}個)のルートが得られません。葉{start}~{end}のいずれかが書き換えられています。書き出し直してください。",
)

# What `tasuki verify` says of an evidence file: the claim that holds, and the claim that does not.
LOG_SIGNED = kind(
    "ledger.log-signed",
    en="{owner} signed this state of its log with {partner}: {size} leaves.",
    ja="{owner}は{partner}とのログのこの状態(葉{size}個)に署名しました。",
)
COSIGNED = kind(
    "ledger.cosigned",
    en="{witness} cosigned it at {at} (by its own clock): it holds the same log.",
    ja="{witness}は{at}(自らの時計)に連署しました。同じログを保持しています。",
)
INCLUDED = kind(
    "ledger.included",
    en="The commitment stands in that log as leaf {index} (counted from 0).",
    ja="コミットメントはそのログの{index}番(0から数える)の葉です。",
)
OPENED = kind(
    "ledger.opened",
    en="The commitment opens to {kind}: envelope {env_id}, number {seq} on lane {lane} of epoch {epoch}.",
    ja="コミットメントの内容: {kind}、封筒{env_id}、レーン{lane}・エポック{epoch}・番号{seq}。",
)
OPENED_OTHER = kind(
    "ledger.opened-other",
    en="The commitment opens to {kind}; this version of the verifier knows no more of such leaves.",
    ja="コミットメントの種類は{kind}です。この版の検証器は、この種類の葉をこれ以上読めません。",
)
CLOSED = kind(
    "ledger.closed",
    en="The commitment is closed: this file does not say what it commits to.",
    ja="コミットメントは閉じたままです。このファイルはその内容を示しません。",
)
ENVELOPE_SIGNED = kind(
    "ledger.envelope-signed",
    en="{sender} signed the envelope ({type}, label {label}) to {recipient}, created at {created} by its own clock.",
    ja="{sender}は{recipient}宛ての封筒({type}、ラベル{label})に署名しました。作成時刻は自らの時計で{created}です。",
)
RECEIPT_SIGNED = kind(
    "ledger.receipt-signed",
    en="{by} signed the receipt: {status}, at {at} by its own clock.",
    ja="{by}は受領証に署名しました: {status}、自らの時計で{at}。",
)
NO_ANCHORS = kind(
    "ledger.no-anchors",
    en="The log is {origin}, but the anchors of its node and of the partner that cosigns it were not both given.",
    ja="ログは{origin}ですが、そのノードと連署するパートナーの両方のアンカーが指定されていません。",
)
NOT_SIGNED = kind(
    "ledger.not-signed",
    en="No key of {node} in the anchors given has a valid signature on this checkpoint.",
    ja="指定されたアンカーにある{node}の鍵による有効な署名が、このチェックポイントにありません。",
)
HALF_COSIGNED = kind(
    "ledger.half-cosigned",
    en="{node} cosigned with Ed25519 alone, though its anchor had an ML-DSA-44 witness key then: both are needed.",
    ja="{node}のアンカーには当時 ML-DSA-44 の連署鍵がありましたが、連署は Ed25519 だけです。両方が必要です。",
)
KEY_TIME = kind(
    "ledger.key-time",
    en="The key of {node} was not valid at {at}, when this was signed.",
    ja="署名時刻{at}に、{node}の鍵は有効ではありませんでした。",
)
OPENING_DIFFERS = kind(
    "ledger.opening-differs",
    en="Salt, kind and body do not give the commitment: the leaf says something else.",
    ja="salt・kind・bodyからコミットメントが得られません。葉の内容は別のものです。",
)
NOTHING_SIGNED = kind(
    "ledger.nothing-signed",
    en="Without a signed state of the log there is nothing to hold it against.",
    ja="署名されたログの状態がないため、照合できません。",
)
NOTHING_LOGGED = kind(
    "ledger.nothing-logged",
    en="Without a leaf that is opened and in the log, nothing ties it to the log.",
    ja="開かれてログにある葉がないため、ログとの結び付きを確かめられません。",
)
NOT_THE_LEAF = kind(
    "ledger.not-the-leaf",
    en="It is not the one the leaf is about: {member} differs.",
    ja="葉が示すものではありません: {member}が異なります。",
)
NO_ANCHOR_OF = kind(
    "ledger.no-anchor-of",
    en="It names {node}, whose anchor was not given.",
    ja="{node}を示していますが、そのアンカーが指定されていません。",
)

# What `tasuki ledger audit` finds.
AUDIT_LEAF = kind(
    "ledger.audit-leaf",
    en="{log}: leaf {index} was altered: its content does not give the hash kept beside it.",
    ja="{log}: 葉{index}が変更されています。内容から、併せて保管されたハッシュが得られません。",
)
AUDIT_MISSING = kind(
    "ledger.audit-missing",
    en="{log}: leaf {index} is missing.",
    ja="{log}: 葉{index}がありません。",
)
AUDIT_SURPLUS = kind(
    "ledger.audit-surplus",
    en="{log}: leaf {index} lies behind the end of the log ({size} leaves).",
    ja="{log}: 葉{index}がログの末尾({size}個)より後ろにあります。",
)
AUDIT_FINDER = kind(
    "ledger.audit-finder",
    en="{log}: leaf {index} is filed under another envelope than it is about.",
    ja="{log}: 葉{index}が、内容とは別の封筒の下に登録されています。",
)
AUDIT_SUBTREE = kind(
    "ledger.audit-subtree",
    en="{log}: the root kept over the leaves {start} to {end} is not theirs: it or one of them was altered.",
    ja="{log}: 葉{start}~{end}について保管されたルートが一致しません。ルートか葉のいずれかが変更されています。",
)
AUDIT_EDGE = kind(
    "ledger.audit-edge",
    en="{log}: the kept edge of the log ({size} leaves) is not that of its leaves.",
    ja="{log}: 保管されたログの末端({size}個)が葉と一致しません。",
)
AUDIT_ROOT = kind(
    "ledger.audit-root",
    en="{log}: the leaves do not give the root signed for size {size}; up to size {good} they do: a leaf from {good} to {last} was rewritten.",
    ja="{log}: サイズ{size}で署名されたルートが葉から得られません。サイズ{good}までは一致します。葉{good}~{last}のいずれかが書き換えられています。",
)
AUDIT_NOTE = kind(
    "ledger.audit-note",
    en="{log}: the checkpoint of size {size} is not as it was signed: {found}",
    ja="{log}: サイズ{size}のチェックポイントが署名時と異なります: {found}",
)
AUDIT_COSIGNATURE = kind(
    "ledger.audit-cosignature",
    en="{log}: the cosignature on size {size} does not hold: {found}",
    ja="{log}: サイズ{size}の連署が成り立ちません: {found}",
)
AUDIT_WITNESSED = kind(
    "ledger.audit-witnessed",
    en="{log}: the mirrored leaves do not give the root cosigned for size {size}.",
    ja="{log}: ミラーした葉から、サイズ{size}で連署したルートが得られません。",
)
AUDIT_PROMISE = kind(
    "ledger.audit-promise",
    en="{partner} promised its receipt for envelope {env_id} as leaf {index} of its log; there stands something else.",
    ja="{partner}は封筒{env_id}の受領証を自らのログの葉{index}に載せると約束しましたが、別の内容があります。",
)
AUDIT_RECORD = kind(
    "ledger.audit-record",
    en="{log}: envelope {env_id} is kept with another {member} than leaf {index} says.",
    ja="{log}: 封筒{env_id}の{member}が、葉{index}の内容と異なります。",
)
AUDIT_NO_RECORD = kind(
    "ledger.audit-no-record",
    en="{log}: leaf {index} is about envelope {env_id}, which is not kept here.",
    ja="{log}: 葉{index}は封筒{env_id}についてですが、その封筒がここにありません。",
)
AUDIT_NO_LEAF = kind(
    "ledger.audit-no-leaf",
    en="{log}: envelope {env_id} is kept here, but no leaf {kind} is about it.",
    ja="{log}: 封筒{env_id}はここにありますが、{kind}の葉がありません。",
)
AUDIT_FORK = kind(
    "ledger.audit-fork",
    en="{partner} signed two histories of its log (size {size}, refused at {at}); both checkpoints are kept as evidence.",
    ja="{partner}は自らのログの二つの履歴に署名しました(サイズ{size}、{at}に拒否)。両方のチェックポイントを証拠として保存しています。",
)
AUDIT_LOST = kind(
    "ledger.audit-lost",
    en="{partner} cosigned {cosigned} leaves of our log, but {ours} are left here.",
    ja="{partner}はこちらのログの葉{cosigned}個に連署しましたが、ここには{ours}個しかありません。",
)
KEY_DEAD = kind(
    "ledger.key-dead",
    en="Expected a signature that counts, found one by key {key} of {node}, which was revoked from an earlier place in the log on, or from a place that is not known here.",
    ja="有効な署名が必要ですが、{node} の鍵 {key} は、これより前の、またはここでは不明なログ上の位置から失効しています。",
)
