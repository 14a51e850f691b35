# SPDX-License-Identifier: MIT
"""Reasons the reader of bundles gives."""

from tasuki.base.reasons import kind

FORM = kind(
    "bundle.form",
    en="Expected a bundle as docs/spec/bundle.md has it, found {found}; nothing of it was taken in. Have the sender give the same bundle again.",
    ja="docs/spec/bundle.md の形式のバンドルではありません({found})。何も取り込んでいません。送信側に同じバンドルの再提供を依頼してください。",
)
