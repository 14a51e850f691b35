# SPDX-License-Identifier: MIT
"""Consent: originators are asked and answer, victims agree, laws and threats to life are invoked by two people."""
