# SPDX-License-Identifier: MIT
"""Reasons the services of requests for assistance give."""

from tasuki.base.reasons import kind

KEPT = kind(
    "assistance.kept",
    en="The gate keeps {stix_id} at home ({code}), so nothing was sent or kept. See why with `tasuki release explain {stix_id} --to {to}`.",
    ja="{stix_id}は出せないため({code})、何も送信・保存していません。理由は `tasuki release explain {stix_id} --to {to}` で確認できます。",
)
NO_TLP = kind(
    "assistance.no-tlp",
    en="Expected a TLP level out of {known}; found {found}.",
    ja="TLPは{known}から選んでください({found}が指定されました)。",
)
