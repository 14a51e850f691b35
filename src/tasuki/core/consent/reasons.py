# SPDX-License-Identifier: MIT
"""Why an answer is no consent, and what can be asked for, granted, agreed to and overridden."""

from tasuki.base.reasons import kind

NO_REQUEST = kind(
    "consent.no-request",
    en="{partner} answered the request {request}, which was never put to {partner}; that is no consent.",
    ja="{partner}が回答した依頼{request}は{partner}に対するものではないため、同意とは扱いません。",
)
DIFFERS = kind(
    "consent.differs",
    en="The answer of {partner} to {request} does not repeat its {member}; an altered answer is no consent. Ask again.",
    ja="依頼{request}への{partner}の回答は{member}が依頼と異なるため、同意とは扱いません。改めて依頼してください。",
)
DECIDED_BEFORE = kind(
    "consent.decided-before",
    en="Request {request} was decided on before ({decision}); what is said later changes nothing. For another decision a new request is needed.",
    ja="依頼{request}は既に決定済みです({decision})。後から変えることはできません。改めて依頼が必要です。",
)
TOO_LATE = kind(
    "consent.too-late",
    en="Request {request} expired at {until}; a consent that comes later is none. Ask again with a later moment.",
    ja="依頼{request}は{until}に失効しました。期限後の同意は無効です。期限を改めて依頼してください。",
)
OURS = kind(
    "consent.ours",
    en="Request {request} was put to {partner} by this node; only {partner} decides on it.",
    ja="依頼{request}はこのノードが{partner}に出したものです。決定できるのは{partner}だけです。",
)
OTHER_VERSION = kind(
    "consent.other-version",
    en="Expected to hold {stix_id} in the version with SHA-256 {digest}..., found none in use; nobody consents to what they cannot read. Refuse it.",
    ja="{stix_id}のこの版(SHA-256 {digest}...)は使用できる形で保有していません。読めないものには同意できないため、拒否してください。",
)
NOT_OURS = kind(
    "consent.not-ours",
    en="{stix_id} is not material of {me}, so its consent is not ours to give. Refuse the request.",
    ja="{stix_id}は{me}の情報ではないため、同意する立場にありません。拒否してください。",
)
NOT_GRANTED = kind(
    "consent.not-granted",
    en="Request {request} was not granted, so there is nothing to withdraw.",
    ja="依頼{request}には同意していないため、撤回するものがありません。",
)
UNKNOWN_REQUEST = kind(
    "consent.unknown-request",
    en="Expected the id of a request for consent, found {request}; list them with `tasuki consent list`.",
    ja="同意の依頼のIDではありません({request})。`tasuki consent list` で確認してください。",
)
TWO_REQUESTS = kind(
    "consent.two-requests",
    en="{partners} used the same id {request}; say whose request is meant with `--partner`.",
    ja="{partners}が同じID {request} を使っています。`--partner` でどちらの依頼か指定してください。",
)
NOT_ASKED_FOR = kind(
    "consent.not-asked-for",
    en="It is not for want of an originator's consent that {stix_id} may or may not go to {to} (rule {rule}, {code}); `tasuki release explain {stix_id} --to {to}` says why.",
    ja="{stix_id}の{to}への提供は作成元の同意によるものではありません(規則{rule}、{code})。`tasuki release explain {stix_id} --to {to}` で確認してください。",
)
STAYS_ANYWAY = kind(
    "consent.stays-anyway",
    en="Nobody was asked: even with the consent of {partners}, {stix_id} would not go to {to} (rule {rule}, {code}).",
    ja="{partners}が同意しても{stix_id}は{to}に提供できないため(規則{rule}、{code})、依頼していません。",
)
OTHER_PURPOSE = kind(
    "consent.other-purpose",
    en="{stix_id} is held for {held}, so a consent for {asked} would never count; ask for {held}.",
    ja="{stix_id}の取扱目的は{held}のため、{asked}への同意は適用されません。{held}として依頼してください。",
)
CANNOT_BE_TOLD = kind(
    "consent.cannot-be-told",
    en="{partner} has a say in {stix_id} and may not know of it (rule {rule}, {code}), so it cannot be asked.",
    ja="{stix_id}には{partner}の同意が必要ですが、{partner}に知らせることができないため(規則{rule}、{code})、依頼できません。",
)
USED_AGAIN = kind(
    "consent.used-again",
    en="{partner} sent another request under the id {request} that it had used; the first one stands.",
    ja="{partner}が使用済みのID {request} で別の依頼を送りました。最初の依頼が有効です。",
)
PAST = kind(
    "consent.past",
    en="Expected a moment after now ({now}), such as 2026-03-01T18:00:00Z, or a time from now such as 6h or 30d; found {found}.",
    ja="期限は現在({now})より後の日時(例: 2026-03-01T18:00:00Z)か、6h・30d のような現在からの時間で指定してください。指定: {found}",
)
NO_PURPOSE = kind(
    "consent.no-purpose",
    en="Expected a purpose as a code such as cyber-defence, found {found}.",
    ja="目的は cyber-defence のようなコードで指定してください。指定: {found}",
)
NO_REASON = kind(
    "consent.no-reason",
    en="Expected {what} as one line of 1 to {limit} printable characters.",
    ja="{what}は{limit}字以内の1行で記入してください。",
)
NO_CASE = kind(
    "consent.no-case",
    en="Expected the case number under which the victim's agreement is filed, as a word of at most {limit} printable characters; the victim's name never stands in it.",
    ja="被害者の同意を記録した案件番号を、{limit}字以内で指定してください。被害者名は書かないでください。",
)
NO_VICTIM = kind(
    "consent.no-victim",
    en="{stix_id} is not kept back for a victim who has not agreed; there is nothing to lift.",
    ja="{stix_id}は被害者の同意がないために止められているのではないため、解除するものがありません。",
)
NOTHING_TO_OVERRIDE = kind(
    "consent.nothing-to-override",
    en="Neither a victim's consent nor personal data keeps {stix_id} back; nothing else can be overridden.",
    ja="{stix_id}は被害者の同意や個人情報のために止められているのではありません。それ以外は覆せません。",
)
NO_OWN = kind(
    "consent.no-own",
    en="Nothing of our own is held of {stix_id}; what its victim said is for whoever gave it to say.",
    ja="{stix_id}について自らの情報はありません。被害者の意向を示せるのは提供元です。",
)
NO_PROPOSAL = kind(
    "consent.no-proposal",
    en="Expected the number of an override that is {state}, found {number}; list them with `tasuki consent list`.",
    ja="{number}番は、該当する状態({state})の適用除外ではありません。`tasuki consent list` で確認してください。",
)
CHANGED = kind(
    "consent.changed",
    en="{stix_id} is not held any more in the version for which this was proposed; propose it anew.",
    ja="提案時の版の{stix_id}は既に保有していません。改めて提案してください。",
)
