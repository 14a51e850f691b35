# SPDX-License-Identifier: MIT
"""Why the gate lets something go or keeps it, and what to do about it."""

from tasuki.base.reasons import kind

ALLOWED = kind("release.allowed", en="{tlp} may go to {reader}.", ja="{tlp}は{reader}に提供できます。")
HOLDER = kind(
    "release.holder",
    en="{reader} runs this node and holds it already.",
    ja="{reader}はこのノードの運用者であり、既に保有しています。",
)
UNKNOWN_READER = kind(
    "release.unknown-reader",
    en="The profile {profile} has no audience {reader}; name an organisation and capacity it lists.",
    ja="プロファイル{profile}に{reader}はありません。記載された組織と立場を指定してください。",
)
NO_TLP = kind(
    "release.no-tlp",
    en="It carries no TLP marking, and unmarked means no; mark it first.",
    ja="TLPのマーキングがありません。マーキングのないものは出せません。先にマーキングしてください。",
)
RED = kind(
    "release.red",
    en="TLP:RED is for named people only; it never goes to an organisation such as {reader}.",
    ja="TLP:REDは特定の個人限りです。{reader}のような組織には出せません。",
)
RED_PERSON = kind(
    "release.red-person",
    en="TLP:RED is for the people its caveat names, and {reader} is not named.",
    ja="TLP:REDは提供先の限定で指名された個人限りであり、{reader}は指名されていません。",
)
CLASSIFICATION = kind(
    "release.classification",
    en="It is classified {classification}, which the profile does not let {reader} have.",
    ja="{classification}の秘密区分があり、プロファイルでは{reader}への提供が認められていません。",
)
EXPIRED = kind(
    "release.expired",
    en="It was to be released until {until} only; nobody gets it any more.",
    ja="提供の期限({until})を過ぎたため、もう誰にも出しません。",
)
EMBARGO = kind(
    "release.embargo",
    en="It is under embargo until {embargo}; until then only those it names may have it ahead.",
    ja="{embargo}まで解禁前です。それまでは事前提供先として指名された相手にのみ出せます。",
)
ORIGINATOR_CONTROL = kind(
    "release.originator-control",
    en="It goes on only with the consent of {originators}, who did not agree that {reader} may have it; ask them.",
    ja="{originators}の同意がなければ再提供できず、{reader}への提供に同意を得ていません。同意を求めてください。",
)
LOCAL = kind(
    "release.local",
    en="A rule of {by} ({rule}) forbids it.",
    ja="{by}の規則({rule})により出せません。",
)
LOCAL_RULES = kind(
    "release.local-rules",
    en="The local rules are wrong at {path}: found {found}. Nothing leaves under rules that are not understood; correct rules.toml.",
    ja="ローカル規則の{path}が誤っています({found})。解釈できない規則のもとでは何も出せません。rules.tomlを修正してください。",
)
CAVEAT = kind(
    "release.caveat",
    en="Its caveat allows {allowed}, not {reader}; only the originator may widen it.",
    ja="提供先の限定は{allowed}で、{reader}は含まれません。広げられるのは作成元だけです。",
)
NAMED_ORGANISATION = kind(
    "release.named-organisation",
    en="{tlp} needs a named organisation, found only {reader}; name one.",
    ja="{tlp}の提供先は組織まで指定が必要です({reader}のみ指定)。組織を指定してください。",
)
COMMUNITY = kind(
    "release.community",
    en="TLP:GREEN stays within the community of the profile, and {reader} is outside it.",
    ja="TLP:GREENはプロファイルのコミュニティ内に限られ、{reader}は含まれません。",
)
THIRD_PARTY = kind(
    "release.third-party",
    en="It holds material of {originators}, and {tlp} may not go on to {reader} without their consent.",
    ja="{originators}の情報を含むため、{tlp}のまま{reader}に再提供するには作成元の同意が必要です。",
)
UNKNOWN_MARKING = kind(
    "release.unknown-marking",
    en="It carries a marking this node does not understand, and that means no; import its definition.",
    ja="このノードが解釈できないマーキングがあるため出せません。定義を取り込んでください。",
)
UNKNOWN_CAVEAT = kind(
    "release.unknown-caveat",
    en="Its caveat names an audience that cannot be read, and that means no.",
    ja="提供先の限定に解釈できない相手があるため出せません。",
)
UNKNOWN_HANDLING = kind(
    "release.unknown-handling",
    en="Its handling basis is not stated in full, so it stays local; state collection, purpose, permitted use and personal data.",
    ja="取扱根拠が不明なため国内に留めます。収集根拠、目的、許容される利用、個人情報の有無を記載してください。",
)
VICTIM_CONSENT = kind(
    "release.victim-consent",
    en="It tells of a victim who has not agreed to its release; ask the victim, or make a tear-line without the name.",
    ja="提供に同意していない被害者の情報を含みます。同意を得るか、被害者名を含まない要約版を作成してください。",
)
PERSONAL_DATA = kind(
    "release.personal-data",
    en="It carries personal data, which does not leave in this form.",
    ja="個人情報を含むため、この形では出せません。",
)
MISSING_REFERENCE = kind(
    "release.missing-reference",
    en="It refers to an object that is not held here, so nobody can say whether that may be known; import that object too.",
    ja="ここにないオブジェクトを参照しており、それを知らせてよいか判断できません。参照先も取り込んでください。",
)
ABOVE_CEILING = kind(
    "release.above-ceiling", en="It lies above the ceiling of this node.", ja="このノードの上限を超えています。"
)
UNKNOWN_BLOCK = kind(
    "release.unknown-block",
    en="It is blocked for a reason this version does not know ({code}), and that means no; upgrade this node.",
    ja="この版では解釈できない理由({code})で止められているため出せません。ノードを更新してください。",
)
NO_ORIGINATOR = kind(
    "release.no-originator",
    en="Nobody is named whose material it is, and unknown means no; import it anew.",
    ja="作成元が不明なため出せません。取り込み直してください。",
)
CAVEAT_NOBODY = kind(
    "release.caveat-nobody",
    en="Its caveats have no audience in common, so nobody may have it; only the originators may widen them.",
    ja="提供先の限定が両立せず、誰にも出せません。広げられるのは作成元だけです。",
)
NOTHING_ALLOWS = kind(
    "release.nothing-allows",
    en="No rule allows it, and what is not allowed stays.",
    ja="これを許す規則がありません。許されていないものは出しません。",
)
RECALLED = kind(
    "release.recalled",
    en="{stix_id} was recalled here and never goes out again; make a new object with its own id instead.",
    ja="{stix_id}はここで取り消されたため、二度と出しません。新しいIDで作り直してください。",
)
REPLACED = kind(
    "release.replaced",
    en="A newer version of {stix_id} is held; this one no longer goes out. Share it again.",
    ja="{stix_id}には新しい版があり、この版は出しません。改めて共有してください。",
)
WITHDRAWN = kind(
    "release.withdrawn",
    en="Whoever gave this version of {stix_id} revoked or corrected it since, so it no longer goes out; share the newer one.",
    ja="{stix_id}のこの版は提供元が失効または訂正したため、出しません。新しい版を共有してください。",
)
DUE = kind(
    "release.due",
    en="{stix_id} was to be disposed of by {until}, so it no longer goes out.",
    ja="{stix_id}は{until}までに廃棄すべきものであるため、出しません。",
)
NOTICE_FIELDS = kind(
    "release.notice-fields",
    en="Expected a notice of kind {notice} with exactly {allowed}; {found} differs. Nothing was sent.",
    ja="通知{notice}の項目は{allowed}に限りますが、{found}が異なります。送信していません。",
)
NOTICE_FORM = kind(
    "release.notice-form",
    en="In a notice of kind {notice}, {member} has not the form the policy lists. Nothing was sent.",
    ja="通知{notice}の{member}が方針に定める形式ではありません。送信していません。",
)
NOTICE_KIND = kind(
    "release.notice-kind",
    en="{notice} is no kind of notice that may leave; nothing was sent.",
    ja="{notice}は送信できる通知の種類ではありません。送信していません。",
)
NO_VERDICT = kind(
    "release.no-verdict",
    en="Nobody decided whether this {document} may leave; nothing was written.",
    ja="{document}を出してよいか判断されていません。書き出していません。",
)
OTHER_RULES = kind(
    "release.other-rules",
    en="The rules changed while this {document} was made; nothing was written. Try again.",
    ja="{document}の作成中に規則が変わりました。書き出していません。やり直してください。",
)
WRONG_ADDRESSEE = kind(
    "release.wrong-addressee",
    en="Expected to send this to {audience}, for whom it was released; found {found}. Nothing was sent.",
    ja="これは{audience}への提供が許されたものですが、宛先が{found}でした。送信していません。",
)
CLOSURE_TOO_LARGE = kind(
    "release.closure-too-large",
    en="More than {limit} objects hang together here; the release is refused, not cut.",
    ja="関連するオブジェクトが{limit}件を超えます。一部だけの提供はせず、拒否します。",
)
NOT_HELD = kind(
    "release.not-held",
    en="{stix_id} is not held here, or no longer.",
    ja="{stix_id}はここにないか、既に保有していません。",
)
OTHERS_MATERIAL = kind(
    "release.others-material",
    en="{stix_id} comes from {originator}: only they may widen its marking.",
    ja="{stix_id}は{originator}の情報です。マーキングを広げられるのは作成元だけです。",
)
NO_LEVEL = kind(
    "release.no-level",
    en="Expected one of the TLP levels {known}, found {found}.",
    ja="TLPは{known}のいずれかですが、{found}でした。",
)
NOTHING_TO_MARK = kind(
    "release.nothing-to-mark",
    en="Expected a TLP level ({known}), audiences, or something else to mark with, found nothing.",
    ja="TLP({known})、提供先などを指定してください。何もありません。",
)
NO_PAP = kind(
    "release.no-pap",
    en="Expected one of the PAP levels {known}, found {found}.",
    ja="PAPは{known}のいずれかですが、{found}でした。",
)
NO_CLASSIFICATION = kind(
    "release.no-classification",
    en="Expected a classification of the profile ({known}), found {found}; what lies above the ceiling is not held here.",
    ja="プロファイルにある秘密区分({known})が必要ですが、{found}でした。上限を超えるものはここでは保有しません。",
)
AHEAD_OF_NOTHING = kind(
    "release.ahead-of-nothing",
    en="Expected an embargo beside those who may have it ahead, found none; say until when with --embargo.",
    ja="事前提供先には解禁日時が必要です。--embargoで指定してください。",
)
NO_MOMENT = kind(
    "release.no-moment",
    en="Expected a moment to come, such as 2027-03-01T09:00:00+09:00, found {found}.",
    ja="2027-03-01T09:00:00+09:00のような将来の日時が必要ですが、{found}でした。",
)
NO_PARTICIPANT = kind(
    "release.no-participant",
    en="Expected a participant of the profile ({known}), found {found}.",
    ja="プロファイルの参加者({known})が必要ですが、{found}でした。",
)
OWN_PARTICIPANT = kind(
    "release.own-participant",
    en="{reader} belongs to this node's own participant, and nothing is sent within it; name an audience of a partner.",
    ja="{reader}はこのノード自身の参加者です。参加者の内部には送りません。パートナーの提供先を指定してください。",
)
