# SPDX-License-Identifier: MIT
"""Reasons for alarms and for the doctor's findings: each says what to do."""

from tasuki.base.reasons import kind

SPILL = kind(
    "health.spill",
    en="{count} texts above this node's ceiling came in and were not held. Start spill handling; `tasuki holdings quarantine` names them.",
    ja="ノードの上限を超える文書が{count}件届き、保有していません。流出時対応を開始してください。`tasuki holdings quarantine` で確認できます。",
)
QUARANTINED = kind(
    "health.quarantined",
    en="{count} objects were set aside ({code}); look at them with `tasuki holdings quarantine`, and drop what is done with.",
    ja="{count}件のオブジェクトを隔離しました({code})。`tasuki holdings quarantine` で確認し、処理済みのものは破棄してください。",
)
EQUIVOCATION = kind(
    "health.equivocation",
    en="{partner} signed two different envelopes for one number ({count} times); both are kept as evidence. Talk to {partner}.",
    ja="{partner} が一つの番号に異なる二つの封筒を署名しました({count}回)。両方を証拠として保存しています。{partner} に連絡してください。",
)
FORK = kind(
    "health.fork",
    en="{partner} signed two histories of its log ({count} checkpoints); all are kept as evidence. Talk to {partner}; see `tasuki ledger audit --with {partner}`.",
    ja="{partner} が自らのログの二つの履歴に署名しました(チェックポイント{count}件)。すべて証拠として保存しています。{partner} に連絡し、`tasuki ledger audit --with {partner}` で確認してください。",
)
CONTRADICTION = kind(
    "health.contradiction",
    en="{count} leaves of {partner} say of both of us what this node's log contradicts; its log is not cosigned over them. Compare with `tasuki ledger audit --with {partner}`.",
    ja="{partner} の葉{count}件が、双方についてこのノードのログと異なります。それらを含むログには連署しません。`tasuki ledger audit --with {partner}` で照合してください。",
)
STRANDED = kind(
    "health.stranded",
    en="{partner} logged {count} envelopes as sent that have not arrived for more than {seconds} s; ask {partner}, and see `tasuki ledger audit --with {partner}`.",
    ja="{partner} が送信済みと記録した封筒{count}件が{seconds}秒以上届いていません。{partner} に確認し、`tasuki ledger audit --with {partner}` を参照してください。",
)
NOT_ATTESTED = kind(
    "health.not-attested",
    en="{partner} received {count} notices that take something back and has stated nothing about them for {minutes} minutes; ask {partner}, and see `tasuki withdrawals`.",
    ja="{partner} は失効・取消・限定・訂正の通知{count}件を受領しましたが、{minutes}分間申告がありません。{partner} に確認し、`tasuki withdrawals` を参照してください。",
)
ATTESTED_SHORT = kind(
    "health.attested-short",
    en="What {partner} states about {count} notices that take something back does not account for everything it was told of; ask about the rest, and see `tasuki withdrawals`.",
    ja="失効・取消・限定・訂正の通知{count}件について、{partner} の申告が全件に及んでいません。残りを確認し、`tasuki withdrawals` を参照してください。",
)
URGENT_WAITS = kind(
    "health.urgent-waits",
    en="{count} urgent items for {partner} have waited {seconds} s without a receipt; call {partner}, and look with `tasuki channel show`.",
    ja="{partner} 宛ての至急{count}件が受領証なしで{seconds}秒待っています。{partner} に電話し、`tasuki channel show` で確認してください。",
)
LANE_WAITS = kind(
    "health.lane-waits",
    en="{count} items for {partner} have waited {seconds} s on lane {lane}; look with `tasuki channel show`.",
    ja="{partner} 宛ての{count}件がレーン{lane}で{seconds}秒待っています。`tasuki channel show` で確認してください。",
)
DEAD_LETTERS = kind(
    "health.dead-letters",
    en="{partner} answered {count} envelopes with `{status}`; look with `tasuki channel show` and ask {partner}.",
    ja="{partner} が封筒{count}件に `{status}` と応答しました。`tasuki channel show` で確認し、{partner} に問い合わせてください。",
)
NOT_COSIGNED = kind(
    "health.not-cosigned",
    en="{leaves} leaves of {log} have waited {seconds} s for the partner's cosignature; look whether the partner is reached.",
    ja="{log} の{leaves}件が相手の連署を{seconds}秒待っています。相手に接続できるか確認してください。",
)
UNWITNESSED = kind(
    "health.unwitnessed",
    en="The partner has not cosigned {log} for {hours} hours: bulk and exercise wait, urgent matters go out flagged. Call the duty officers of both sides.",
    ja="相手が {log} に{hours}時間連署していません。bulk と exercise は保留中、urgent は印を付けて送信しています。双方の当直に連絡してください。",
)
THIRD_SILENT = kind(
    "health.third-silent",
    en="The third witnesses of {log} do not meet the policy in witnesses.policy since {at}; nothing waits for them. Look whether they are reached.",
    ja="{log} の第三の連署者による連署が、{at} から witnesses.policy の条件を満たしていません。処理は続いています。接続できるか確認してください。",
)
LOOP_FAILS = kind(
    "health.loop-fails",
    en="The loop {loop} failed {count} times in a row, last because: {cause}",
    ja="ループ{loop}が{count}回続けて失敗しています。直近の理由: {cause}",
)
ANCHOR_ENDS = kind(
    "health.anchor-ends",
    en="The anchor of {node} ends at {expires}; exchange a newer one before that.",
    ja="{node} のアンカーは {expires} に期限切れとなります。それまでに新しいものを交換してください。",
)
NOT_COMPARED = kind(
    "health.not-compared",
    en="The anchor of {partner} was added and never compared; compare the fingerprint with `tasuki partner verify {partner}`.",
    ja="{partner} のアンカーは追加されましたが未照合です。`tasuki partner verify {partner}` で指紋を照合してください。",
)
NO_BACKUP = kind(
    "health.no-backup",
    en="Expected a backup of this node, found none although it is {days} days old; take one with `tasuki backup DIR`.",
    ja="このノードは{days}日前に作成されましたが、バックアップがありません。`tasuki backup DIR` で作成してください。",
)
OLD_BACKUP = kind(
    "health.old-backup",
    en="The last backup was taken {days} days ago; take one with `tasuki backup DIR`, at least every week.",
    ja="直近のバックアップは{days}日前です。少なくとも毎週 `tasuki backup DIR` で作成してください。",
)
NO_ROOM_FOR_BACKUP = kind(
    "health.no-room-for-backup",
    en="Expected {needed} MiB free on the disk of {path} for taking a backup, found {free}; make room.",
    ja="バックアップの作成には {path} のディスクに{needed} MiBの空きが必要ですが、{free} MiBです。空きを確保してください。",
)
JOURNAL_WRONG = kind(
    "health.journal-wrong",
    en="The journal beside the database cannot be read: {cause}",
    ja="データベース横のジャーナルを読めません: {cause}",
)
JOURNAL_ALTERED = kind(
    "health.journal-altered",
    en="Expected the journal {path} as this node wrote it, found it altered behind entry {count}; keep the file, take a backup, then move it aside.",
    ja="ジャーナル {path} は{count}件目より後で改変されています。ファイルを保存し、バックアップを作成してから移動してください。",
)
JOURNAL_BEHIND = kind(
    "health.journal-behind",
    en="Expected {last} entries in the journal {path}, found them up to {top}: it was lost or put back. Take a backup now: a restore of an older one would bring back what was taken back since.",
    ja="ジャーナル {path} には{last}件目まであるはずですが、{top}件目までです。失われたか戻されています。直ちにバックアップを作成してください。古いものを復元すると、取り消したものが戻ります。",
)
FINE = kind(
    "health.fine",
    en="{what}: in order.",
    ja="{what}: 正常です。",
)
OPEN_FILES = kind(
    "health.open-files",
    en="Expected {path} to be readable by its owner alone, found mode {mode}; run `chmod -R go-rwx {path}`.",
    ja="{path} は所有者だけが読めなければなりませんが、モードは{mode}です。`chmod -R go-rwx {path}` を実行してください。",
)
LITTLE_SPACE = kind(
    "health.little-space",
    en="Expected at least {least} MiB free on the disk of {path}, found {free}; make room before writes fail.",
    ja="{path} のディスクの空きは{least} MiB以上必要ですが、{free} MiBです。書き込みが失敗する前に空きを確保してください。",
)
OLD_SQLITE = kind(
    "health.old-sqlite",
    en="SQLite {version} can corrupt a database when its write-ahead log restarts; install pysqlite3 0.6 or SQLite 3.51.3.",
    ja="SQLite {version} には先行書き込みログの再開時にデータベースを破損する不具合があります。pysqlite3 0.6 または SQLite 3.51.3 を導入してください。",
)
KEYS_END = kind(
    "health.keys-end",
    en="This node's own anchor ends at {expires}; renew keys and hand out a new anchor before that.",
    ja="このノードのアンカーは {expires} に期限切れとなります。それまでに鍵を更新し、新しいアンカーを渡してください。",
)
SIGNER_SILENT = kind(
    "health.signer-silent",
    en="The signer does not sign: {cause}",
    ja="署名プロセスが署名できません: {cause}",
)
CLOCK_OFF = kind(
    "health.clock-off",
    en="This clock and that of {partner} differ by {seconds} s; set both by a time service: envelopes from the future are refused.",
    ja="このノードと {partner} の時計が{seconds}秒ずれています。双方を時刻サービスに合わせてください。未来の封筒は拒否されます。",
)
CLOCK_BACK = kind(
    "health.clock-back",
    en="This clock stands at {now}, before {last}, when the log was last written; set it by a time service.",
    ja="時計は{now}ですが、ログへの最後の記録は{last}です。時刻サービスに合わせてください。",
)
UNREACHED = kind(
    "health.unreached",
    en="{partner} was not reached: {cause}",
    ja="{partner} に接続できません: {cause}",
)
LOG_BROKEN = kind(
    "health.log-broken",
    en="A log of this node is not what was written: {cause}",
    ja="このノードのログが記録時と一致しません: {cause}",
)
NOT_ACKNOWLEDGED = kind(
    "health.assistance-not-acknowledged",
    en="{partner} asked for help {minutes} min ago and nobody here acknowledged; read it with `tasuki assist show {stix_id}`, then `tasuki assist acknowledge`.",
    ja="{partner} からの支援要請が{minutes}分間、未確認です。`tasuki assist show {stix_id}` で内容を確認し、`tasuki assist acknowledge` で受領を伝えてください。",
)
PARTNER_SILENT = kind(
    "health.assistance-partner-silent",
    en="{partner} has not acknowledged our request {stix_id} of {minutes} min ago within the time hoped for; call its duty desk.",
    ja="{minutes}分前の要請 {stix_id} に対し、{partner} の確認が目安の時間内にありません。先方の当直に電話してください。",
)
INFORMATION_WANTED = kind(
    "health.assistance-information-wanted",
    en="{partner} wants to know more before it decides on our request; see `tasuki assist show {stix_id}`, then `tasuki assist amend`.",
    ja="{partner} が要請の判断のため追加情報を求めています。`tasuki assist show {stix_id}` を確認し、`tasuki assist amend` で補足してください。",
)
NOT_DECIDED = kind(
    "health.assistance-not-decided",
    en="The request of {partner} of {minutes} min ago is not decided within the time hoped for; see `tasuki assist show {stix_id}`, then `tasuki assist answer`.",
    ja="{minutes}分前の {partner} からの要請が目安の時間内に判断されていません。`tasuki assist show {stix_id}` を確認し、`tasuki assist answer` で回答してください。",
)
REQUEST_PASSED_ON = kind(
    "health.assistance-passed-on",
    en="A request for help in the name of {partner} came from somebody else; ask {partner} whether it is theirs. See `tasuki assist show {stix_id}`.",
    ja="{partner} 名義の支援要請が本人以外から届きました。{partner} に確認してください。`tasuki assist show {stix_id}` で表示できます。",
)
STATEMENT_UNREAD = kind(
    "health.assistance-unread",
    en="{partner} sent something about a request for help that cannot be read ({stix_id}); call {partner}, and see why with `tasuki assist list`.",
    ja="{partner} から届いた支援要請に関する文書が読めません({stix_id})。{partner} に連絡してください。理由は `tasuki assist list` で確認できます。",
)
CONSENT_WANTED = kind(
    "health.consent-wanted",
    en="{partner} asks for our consent ({count} requests); look with `tasuki consent list`, then grant or refuse.",
    ja="{partner} が同意を求めています({count}件)。`tasuki consent list` で確認し、同意または拒否してください。",
)
NO_STATEMENT = kind(
    "health.no-statement",
    en="{partner} has stated nothing since {at}: bulk traffic to it waits, requests for assistance go on without knowing what it hides. Call {partner}.",
    ja="{partner} は {at} 以降何も申告していません。bulk は停止中です。支援要請は相手の最新状況が不明なまま続行します。{partner} に電話してください。",
)
BUNDLES_UNCONFIRMED = kind(
    "health.bundles-unconfirmed",
    en="{partner} has confirmed none of {count} bundles made since {at}; ask {partner} whether they arrived (`tasuki bundle status`).",
    ja="{at} 以降に作成した {partner} 宛てのバンドル{count}件が未確認です。到着したか {partner} に確認してください(`tasuki bundle status`)。",
)
CLOCK_SKEW = kind(
    "health.clock-skew",
    en="By its statement the clock of {partner} differs from this one by {seconds} s; compare both with a time service: past {limit} s envelopes are refused.",
    ja="申告書によれば、{partner} の時計はこのノードと{seconds}秒ずれています。双方を時刻サービスと照合してください。{limit}秒を超えると封筒が拒否されます。",
)
MORE_FINDINGS = kind(
    "health.more-findings",
    en="{count} more differences from {partner} are not listed here; see all with `tasuki channel reconcile {partner}`.",
    ja="{partner} との差異はほかに{count}件あります。`tasuki channel reconcile {partner}` で全件を確認してください。",
)
PROMISE_BROKEN = kind(
    "health.promise-broken",
    en="{partner} gave receipts for {count} envelopes that do not stand in its log where it promised ({items}): count them as not delivered, keep the receipts as evidence, talk to {partner}.",
    ja="{partner} の受領証{count}件が、約束されたログの位置にありません({items})。未達として扱い、受領証を証拠として保存し、{partner} と話し合ってください。",
)
PROMISE_OVERDUE = kind(
    "health.promise-overdue",
    en="{partner} gave receipts for {count} envelopes more than an hour ago, and its log has not been seen up to where it promised them: count them as not proved, look whether {partner} is reached.",
    ja="{partner} の受領証{count}件は1時間以上前のものですが、約束されたログの位置がまだ確認できません。未証明として扱い、{partner} に接続できるか確認してください。",
)
HELD_UNREAD = kind(
    "health.held-unread",
    en="{count} envelopes of {partner} are of a type this node does not know and are held unopened; upgrade this node, then ask for them anew.",
    ja="{partner} からの封筒{count}件はこのノードの知らない種別のため、未開封で保管しています。ノードを更新し、再送を求めてください。",
)
OVER_QUOTA = kind(
    "health.over-quota",
    en="{partner} reached its quota of {what} ({used} of {limit}); this node answers it with busy. Find out why, or raise `quota` in settings.toml.",
    ja="{partner} が上限に達しました({what}: {limit} 中 {used})。このノードは混雑と応答しています。原因を調べるか、settings.toml の `quota` を引き上げてください。",
)
SOURCE_LOST = kind(
    "health.source-lost",
    en="Tear-line {number} ({stix_id}) is in use, and something it is made from was taken back ({what}); look with `tasuki tearline show {number}`, and recall it if it must not stand.",
    ja="使用中の要約版{number}番({stix_id})の派生元が取り下げられました({what})。`tasuki tearline show {number}` で確認し、必要なら取り消してください。",
)
KEYS_PLAIN = kind(
    "health.keys-plain",
    en="keys: {count} key files are protected by their permissions alone; `tasuki key seal` puts them under a passphrase.",
    ja="keys: 鍵ファイル {count} 個はファイル権限のみで守られています。`tasuki key seal` でパスフレーズを設定できます。",
)
DOUBTFUL = kind(
    "health.doubtful",
    en="{count} envelopes were signed by a key that may have been in wrong hands; confirm each with the partner: `tasuki key doubtful`.",
    ja="悪用の疑いがある鍵で署名された封筒が {count} 通あります。相手と一通ずつ確認してください: `tasuki key doubtful`",
)
