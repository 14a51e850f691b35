# SPDX-License-Identifier: MIT
"""Why something said about a request does not count, and why an act is not possible."""

from tasuki.base.reasons import kind

WRONG_SIDE = kind(
    "assistance.wrong-side",
    en="{speaker} said `{outcome}`, which only {rightful} may say of this request; it is kept and does not count.",
    ja="`{outcome}`を表明できるのは{rightful}だけですが、{speaker}が表明しました。保存しますが、状態には反映しません。",
)
THIRD_PARTY = kind(
    "assistance.third-party",
    en="{speaker} is neither side of this request between {asker} and {asked}; what it said is kept and does not count.",
    ja="{speaker}は{asker}と{asked}の間のこの要請の当事者ではありません。保存しますが、状態には反映しません。",
)
PASSED_ON = kind(
    "assistance.passed-on",
    en="This request of {asker} came from {speaker}, not from {asker}; it is shown and cannot be answered. Ask {asker}.",
    ja="この{asker}の要請は、本人ではなく{speaker}から届きました。表示のみで回答できません。{asker}に確認してください。",
)
ASKS_ITSELF = kind(
    "assistance.asks-itself",
    en="{speaker} asks {asked}, which is its own side; the request is kept and cannot be answered.",
    ja="{speaker}が自らの側({asked})に要請しています。保存しますが、回答できません。",
)
NO_REQUEST = kind(
    "assistance.no-request",
    en="No request {stix_id} is held; what {speaker} said about it is kept until the request arrives. If it stays away, ask {speaker}.",
    ja="要請{stix_id}を保有していません。{speaker}の発言は要請が届くまで保存します。届かない場合は{speaker}に確認してください。",
)
REVOKED = kind(
    "assistance.revoked",
    en="{speaker} revoked this statement; it no longer counts.",
    ja="{speaker}がこの発言を撤回しました。状態には反映しません。",
)
UNKNOWN_WORD = kind(
    "assistance.unknown-word",
    en="`{word}` as {name} is not in the list this version knows; it is shown and not acted on. Ask {speaker}, or update.",
    ja="{name}の`{word}`は、この版が対応する一覧にありません。表示のみ行います。{speaker}に確認するか、更新してください。",
)
TWO_TEXTS = kind(
    "assistance.two-texts",
    en="{speaker} sent two different texts as one version of {stix_id}; both sides use the one with the higher hash. Ask {speaker} which holds.",
    ja="{speaker}が{stix_id}の同一版として異なる二つの文面を送りました。双方ともハッシュが大きい方を使います。{speaker}に確認してください。",
)
EARLIER_VERSION = kind(
    "assistance.earlier-version",
    en="This was said of an earlier version; the request was amended at {modified}.",
    ja="以前の版に対する発言です。要請は{modified}に修正されています。",
)
AFTER_END = kind(
    "assistance.after-end",
    en="This was said after the request ended; it is shown and does not open it again.",
    ja="要請の終了後の発言です。表示しますが、要請は再開されません。",
)
NOT_ASKED_FOR = kind(
    "assistance.not-asked-for",
    en="It speaks of {items}, which the request does not ask for; that part does not count.",
    ja="要請されていない{items}への言及があります。この部分は反映しません。",
)
NOTHING_LISTED = kind(
    "assistance.nothing-listed",
    en="It says `{outcome}` and lists no item, and no intent is read into it. Ask {speaker} which items it means.",
    ja="`{outcome}`としながら項目の記載がないため、意図を推測しません。どの項目か{speaker}に確認してください。",
)
CONTRADICTION = kind(
    "assistance.contradiction",
    en="It accepts and declines {items} at once; that part does not count. Ask {speaker}.",
    ja="{items}を同時に受諾かつ見送りとしています。この部分は反映しません。{speaker}に確認してください。",
)
STATUS_LINE = kind(
    "assistance.status-line",
    en="Its status line is not the one of the profile; the profile's holds: this is a statement of intent.",
    ja="位置付けの文言がプロファイルと異なります。プロファイルの文言によります(意図の表明です)。",
)
FOREIGN_SCALE = kind(
    "assistance.foreign-scale",
    en="{speaker} states a severity as `{value}` on `{scale}`, which is not its own scale; it is not used and not converted.",
    ja="{speaker}の深刻度`{value}`は、自国の尺度ではない`{scale}`によるものです。使用も換算もしません。",
)

UNKNOWN_ID = kind(
    "assistance.unknown-id",
    en="Expected the id of a request for assistance held here, found {stix_id}; list them with `tasuki assist list`.",
    ja="保有する支援要請のIDではありません({stix_id})。`tasuki assist list` で確認してください。",
)
TWO_ASKERS = kind(
    "assistance.two-askers",
    en="{askers} each sent a request under the id {stix_id}; say which one with `--from`.",
    ja="{askers}がそれぞれ{stix_id}というIDの要請を送っています。`--from` で指定してください。",
)
NOT_ASKED_SIDE = kind(
    "assistance.not-asked-side",
    en="Only {asked}, which was asked, may acknowledge or answer this request; this node is {me}.",
    ja="この要請を確認・回答できるのは要請先の{asked}だけです。このノードは{me}です。",
)
NOT_ASKER = kind(
    "assistance.not-asker",
    en="Only {asker}, which asked, may amend or end this request; this node is {me}. Answer it, or decline.",
    ja="この要請を修正・終了できるのは要請元の{asker}だけです。このノードは{me}です。回答または見送りを選んでください。",
)
ENDED = kind(
    "assistance.ended",
    en="This request has ended ({ending}); {asker} may open it again by amending it.",
    ja="この要請は終了しています({ending})。{asker}が修正すれば再開できます。",
)
NO_SCALE = kind(
    "assistance.no-scale",
    en="The profile {profile} states no severity scale for {participant}, and a severity without a scale means nothing; add the scale.",
    ja="プロファイル{profile}に{participant}の深刻度尺度がありません。尺度のない深刻度は意味を持ちません。尺度を追加してください。",
)
NO_LEVEL = kind(
    "assistance.no-level",
    en="Expected a severity of the scale {scale} ({known}), found {found}; state your own scale, never the partner's.",
    ja="尺度{scale}の深刻度({known})が必要ですが、{found}でした。相手の尺度ではなく自国の尺度で示してください。",
)
NO_WORD = kind(
    "assistance.no-word",
    en="Expected {name} out of {known}; found {found}.",
    ja="{name}は{known}から選んでください({found}が指定されました)。",
)
BAD_TRIGGER = kind(
    "assistance.bad-trigger",
    en="Expected the trigger as one word of letters a-z, digits and hyphens such as `ransomware`, found {found}.",
    ja="きっかけは`ransomware`のような英小文字・数字・ハイフンの一語で示してください({found}が指定されました)。",
)
BAD_TEXT = kind(
    "assistance.bad-text",
    en="Expected {name} as 1 to {limit} characters of plain text; found {found} characters or a control character.",
    ja="{name}は制御文字を含まない1~{limit}字で示してください({found}字、または制御文字を含みます)。",
)
NAMES_VICTIM = kind(
    "assistance.names-victim",
    en="The {name} names a victim given with `--victim`; a request never does. Write sector and effect instead. Nothing was made or kept.",
    ja="{name}に`--victim`で指定した被害者名があります。要請に被害者名は書けません。業種と影響で記述してください。何も作成・保存していません。",
)
NATIONAL_ONLY = kind(
    "assistance.national-only",
    en="The victim agreed to its own authorities only, so no request leaves; ask the victim again, or write one that holds nothing of it (`not-asked`).",
    ja="被害者の同意は国内当局限りのため、要請は出せません。改めて同意を得るか、被害者の情報を含まない要請(`not-asked`)にしてください。",
)
NEEDED_PAST = kind(
    "assistance.needed-past",
    en="Expected a moment after now ({now}) by which help is needed, found {found}.",
    ja="支援が必要な期限は現在({now})より後にしてください({found}が指定されました)。",
)
BAD_MOMENT = kind(
    "assistance.bad-moment",
    en="Expected a moment such as 2026-03-01T18:00:00Z, or a time from now such as 6h or 2d; found {found}.",
    ja="2026-03-01T18:00:00Z のような日時か、6h・2d のような現在からの時間で示してください({found}が指定されました)。",
)
OWN_SIDE = kind(
    "assistance.own-side",
    en="Expected an organisation of another participant to ask, found {to}, which is our own side.",
    ja="要請先は他の参加者の組織でなければなりませんが、{to}は自国側です。",
)
SAY_ONE_THING = kind(
    "assistance.say-one-thing",
    en="Expected one of: what is accepted or declined, a question, or that it is done; found {found}. Send them one after the other.",
    ja="受諾・見送りの別、質問、完了のうち一つだけを示してください({found})。複数ある場合は順に送ってください。",
)
DECIDE_REST = kind(
    "assistance.decide-rest",
    en="Nothing is accepted and {open} is still open; accept or decline that too, or acknowledge only.",
    ja="受諾した項目がなく、{open}が未定です。それも受諾か見送りを示すか、受領確認のみにしてください。",
)
NEEDS_REASON = kind(
    "assistance.needs-reason",
    en="Declining needs a reason code out of {known}; the code says enough, no more is owed.",
    ja="見送りには理由コード({known})が必要です。それ以上の説明は不要です。",
)
BOTH_WAYS = kind(
    "assistance.both-ways",
    en="{items} is both accepted and declined; choose one.",
    ja="{items}が受諾と見送りの両方に指定されています。一方を選んでください。",
)
NOT_WANTED = kind(
    "assistance.not-wanted",
    en="{items} was not asked for; this request asks for {wanted}.",
    ja="{items}は要請されていません。要請されている項目: {wanted}",
)
