# SPDX-License-Identifier: MIT
"""Reasons the services give."""

from tasuki.base.reasons import kind

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
