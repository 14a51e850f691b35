# SPDX-License-Identifier: MIT
"""Reasons the HTTP faces give."""

from tasuki.base.reasons import kind

BAD_REQUEST = kind(
    "http.bad-request",
    en="Expected a request of the form this route describes; found something else: {detail}. Correct the request.",
    ja="この経路が定める形式の要求ではありません: {detail}。要求を修正してください。",
)
TOO_LARGE = kind(
    "http.too-large",
    en="Expected at most {limit} bytes, found more; nothing was read further. Send it in parts.",
    ja="上限は{limit}バイトですが、超えています。以降は読み込んでいません。分割して送信してください。",
)
NO_ROUTE = kind(
    "http.no-route",
    en="Expected a path and method of this API, found {method} {path}; look them up in the documentation.",
    ja="このAPIの経路とメソッドではありません: {method} {path}。文書で確認してください。",
)
UNEXPECTED = kind(
    "http.unexpected",
    en="The node failed in a way nobody foresaw ({cause}); look up {incident} in its log and report it.",
    ja="予期しない障害が発生しました({cause})。ログで{incident}を確認し、報告してください。",
)
CUT_OFF = kind(
    "http.cut-off",
    en="Expected the rest of the upload, but its sender stopped; what came before was taken in. Send it again: what is held already is counted as duplicate.",
    ja="アップロードが途中で途絶えました。それまでの分は取り込み済みです。再送してください(保有済みのものは重複として数えます)。",
)
