# SPDX-License-Identifier: MIT
"""Reasons the services give."""

from tasuki.base.reasons import kind

NO_ADDRESSEE = kind(
    "services.no-addressee",
    en="The manifest of {partner} names no audience that can be read: found {found}. Nothing of it was held.",
    ja="{partner}の目録に読み取れる提供先がありません({found})。何も保有していません。",
)
UNKNOWN_PARTNER = kind(
    "services.unknown-partner",
    en="Expected a partner whose anchor was exchanged and compared, found {partner}; add its anchor and compare the fingerprint first.",
    ja="アンカーを交換し照合したパートナーが必要ですが、{partner} は該当しません。先にアンカーを追加し、指紋を照合してください。",
)
PAYLOAD_SURPRISE = kind(
    "services.payload-unreadable",
    en="Expected content this node can take in; reading it failed ({cause}). Nothing of it was taken in; keep the envelope and report it.",
    ja="このノードが取り込める内容ではなく、読み取りに失敗しました({cause})。何も取り込んでいません。封筒を保存し、報告してください。",
)
PARTNER_BEHIND = kind(
    "services.partner-behind",
    en="{partner} expects number {expected} on lane {lane}, which this node no longer has; compare the pair logs and agree a new epoch.",
    ja="{partner} はレーン {lane} の番号 {expected} を求めていますが、このノードには残っていません。ペアログを照合し、新しいエポックに合意してください。",
)
PARTNER_BUSY = kind(
    "channel.partner-busy",
    en="{partner} has no room now: {said} It is sent again after {seconds} s; nothing is lost.",
    ja="{partner} は現在受け入れられません: {said} {seconds}秒後に再送します。何も失われません。",
)
REFUSED_BY_PARTNER = kind(
    "services.refused-by-partner",
    en="{partner} did not take envelope {env_id} ({code}); its number is still free and it is tried again. Look into the cause: {said}",
    ja="{partner} は封筒 {env_id} を受け取りませんでした({code})。番号は未使用のままで、再送を続けます。原因を確認してください: {said}",
)
LANE_MOVED = kind(
    "services.lane-moved",
    en="Expected to be alone on lane {lane}; another process of this node took the number meanwhile. Nothing was changed: send again.",
    ja="レーン {lane} の番号を、このノードの別のプロセスが先に使用しました。何も変更していません。再送してください。",
)
DIRECTORY_EXISTS = kind(
    "services.directory-exists",
    en="Expected {directory} not to exist yet; it does and was left alone. Name another directory for the new node.",
    ja="{directory} は既に存在するため、変更していません。新しいノードには別のディレクトリを指定してください。",
)
PROFILE_BROKEN = kind(
    "services.profile-broken",
    en="Expected a partnership profile in TOML, found: {detail}. Correct the file.",
    ja="TOML形式のプロファイルではありません: {detail}。ファイルを修正してください。",
)
NO_ORGANISATION = kind(
    "services.no-organisation",
    en="Expected an organisation in a capacity of {participant}, found {found}; the profile has {known}.",
    ja="{participant} の組織と資格ではありません: {found}。プロファイルにあるもの: {known}",
)
ORDER_WRONG = kind(
    "services.order-wrong",
    en="The new node was described wrongly: {detail}. Correct the option.",
    ja="新しいノードの指定が正しくありません: {detail}。オプションを修正してください。",
)
DATABASE_USED = kind(
    "services.database-used",
    en="Expected an empty database for the new node, found the table {table} in it; it was left alone. Name another database.",
    ja="新しいノードには空のデータベースが必要ですが、表 {table} があります。変更していません。別のデータベースを指定してください。",
)
OWN_ANCHOR = kind(
    "services.own-anchor",
    en="Expected the anchor of a partner, found one of this node's own participant {partner}; hand yours over and take theirs.",
    ja="パートナーのアンカーが必要ですが、自らの参加者 {partner} のものです。自らのものを渡し、相手のものを受け取ってください。",
)
NOT_IN_PROFILE = kind(
    "services.not-in-profile",
    en="Expected a participant of the profile {profile}, found {partner}; nobody outside the partnership becomes a partner.",
    ja="{partner} はプロファイル {profile} の参加者ではありません。参加者以外をパートナーにはできません。",
)
OTHER_PROFILE = kind(
    "services.other-profile",
    en="Expected {partner} to run the same profile as this node, found another; agree on one profile, then exchange anchors anew.",
    ja="{partner} のプロファイルがこのノードのものと異なります。プロファイルを合意し、アンカーを改めて交換してください。",
)
ANCHOR_OVER = kind(
    "services.anchor-over",
    en="Expected an anchor of {partner} valid now, found one that ended at {expires}; ask for the newest.",
    ja="{partner} のアンカーは {expires} に期限切れです。最新のものを求めてください。",
)
ANCHOR_OLD = kind(
    "services.anchor-old",
    en="Expected an anchor of {partner} newer than version {held}, found version {found}; nothing was changed.",
    ja="{partner} のアンカーは版{held}より新しくなければなりませんが、版{found}でした。何も変更していません。",
)
NOT_ADDED = kind(
    "services.partner-not-added",
    en="Expected a partner whose anchor was added, found {partner}; add it with `tasuki partner add FILE`.",
    ja="{partner} のアンカーは追加されていません。`tasuki partner add FILE` で追加してください。",
)
FINGERPRINT_DIFFERS = kind(
    "services.fingerprint-differs",
    en="Expected the fingerprint of the anchor added for {partner}, found another; do not trust it, and ask the partner by a way you know.",
    ja="追加された {partner} のアンカーの指紋と一致しません。信頼せず、確実な手段で相手に確認してください。",
)
NO_ENVELOPE = kind(
    "services.no-envelope",
    en="Expected the id of an envelope this node sent or received, found {env_id}; list them with `tasuki channel show`.",
    ja="このノードが送受信した封筒の ID ではありません({env_id})。`tasuki channel show` で一覧を確認してください。",
)
LOOP_BROKE = kind(
    "services.loop-broke",
    en="A background loop met an error nobody foresaw ({cause}); it goes on after a pause. Report it with the log.",
    ja="常駐処理で想定外のエラーが発生しました({cause})。間を置いて継続します。ログを添えて報告してください。",
)
UPGRADE_FAILED = kind(
    "services.upgrade-failed",
    en="The upgrade from revision {before} to {after} failed ({cause}); the database is as it was. Go on with the version before, and report this.",
    ja="リビジョン{before}から{after}への更新に失敗しました({cause})。データベースは元のままです。以前の版で運用を続け、この内容を報告してください。",
)
NOT_A_PEER = kind(
    "trust.not-a-peer",
    en="Expected {partner} to deal with this node on the lane {lane}, found that its peers do not name it; nothing is sent there. Ask the partner whether that is meant.",
    ja="{partner} は取引先の文書でレーン {lane} における本ノードとの取引を示していません。送信しません。相手に意図を確認してください。",
)
