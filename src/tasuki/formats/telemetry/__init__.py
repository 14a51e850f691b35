# SPDX-License-Identifier: MIT
"""Logs of others: Zeek as TSV and JSON, Suricata EVE; every record as fields with the names the log gives them."""
