# SPDX-License-Identifier: MIT
"""Reasons the services of bundles give."""

from tasuki.base.reasons import kind

TOO_SMALL = kind(
    "bundle.too-small",
    en="Expected room for an envelope of {size} bytes, found a limit of {limit} bytes; raise the limit.",
    ja="{size} バイトの封筒が入りません(上限 {limit} バイト)。上限を引き上げてください。",
)
NO_BUNDLE = kind(
    "bundle.none",
    en="Expected bundle {number} to {partner} to be kept here, found none: it was never made, or {partner} said that it has it.",
    ja="{partner} 宛てのバンドル {number} は保管されていません。未作成か、{partner} が受領済みです。",
)
MOVED = kind(
    "bundle.moved",
    en="Expected to be alone with the bundles of {partner}; another process made or took one meanwhile. Nothing was changed: do it again.",
    ja="{partner} のバンドルを別のプロセスが先に処理しました。何も変更していません。もう一度実行してください。",
)
READER_CHANGED = kind(
    "bundle.reader-changed",
    en="Expected the bundle to come out of its reader as it came in, found other bytes; nothing was taken in.",
    ja="バンドルが読み取りプロセスの出力と一致しません。何も取り込んでいません。",
)
OTHER_ROOT = kind(
    "bundle.other-root",
    en="Expected trust metadata of {partner} from the root that people compared, found another; hand it over in person and compare it.",
    ja="{partner} の信頼メタデータのルートが、照合済みのものと異なります。直接受け渡して照合してください。",
)
NOT_OURS = kind(
    "bundle.not-ours",
    en="Expected an answer to an envelope this node sent, found one to {env_id}.",
    ja="このノードが送った封筒への応答ではありません({env_id})。",
)
NOT_THE_NEXT = kind(
    "bundle.not-the-next",
    en="Expected an epoch later than {now}, found {epoch}; agree the number with the partner's people.",
    ja="第 {now} エポックより後の番号ではありません({epoch})。相手の担当者と番号に合意してください。",
)
