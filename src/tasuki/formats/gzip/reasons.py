# SPDX-License-Identifier: MIT
"""Reasons the unpacker gives."""

from tasuki.base.reasons import kind

BROKEN = kind(
    "gzip.broken",
    en="Expected gzip, found data that cannot be unpacked after {size} bytes; ask for the file anew. What came before was read.",
    ja="gzipとして展開できません({size}バイト展開後)。ファイルを再度入手してください。それより前の部分は読み取りました。",
)
CUT = kind(
    "gzip.cut",
    en="Expected a whole gzip file, found its end after {size} unpacked bytes; ask for the rest. What came before was read.",
    ja="gzipファイルが途中({size}バイト展開後)で終わっています。残りを入手してください。それより前の部分は読み取りました。",
)
BOMB = kind(
    "gzip.too-large",
    en="Expected at most {limit} bytes when unpacked, found more; the rest was not read. Send it in parts.",
    ja="展開後の上限は{limit}バイトですが、超えています。以降は読み取っていません。分割してください。",
)
