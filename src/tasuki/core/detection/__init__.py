# SPDX-License-Identifier: MIT
"""Detection: what an indicator means for a record, exactly; incremental, so that a recall takes effect at once."""
