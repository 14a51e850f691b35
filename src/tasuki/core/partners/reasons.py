# SPDX-License-Identifier: MIT
"""Reasons the profile reader gives: each names the place in the profile and what belongs there."""

from tasuki.base.reasons import kind

MISSING = kind(
    "partners.profile-missing",
    en="Expected {path} in the profile, found nothing there. Add it.",
    ja="プロファイルに{path}がありません。追加してください。",
)
UNKNOWN = kind(
    "partners.profile-unknown",
    en="The profile has {path}, which this version does not know and so cannot keep to. Remove it, or upgrade.",
    ja="プロファイルの{path}はこの版では解釈できず、守ることができません。削除するか、ソフトウェアを更新してください。",
)
NOT_TEXT = kind(
    "partners.profile-text",
    en="The profile is wrong at {path}: expected text that is not empty, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。空でない文字列が必要ですが、{found}でした。修正してください。",
)
NOT_INTEGER = kind(
    "partners.profile-integer",
    en="The profile is wrong at {path}: expected a whole number of 1 or more, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。1以上の整数が必要ですが、{found}でした。修正してください。",
)
NOT_LIST = kind(
    "partners.profile-list",
    en="The profile is wrong at {path}: expected a list with at least one entry, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。一つ以上の要素を持つ配列が必要ですが、{found}でした。修正してください。",
)
NOT_TABLE = kind(
    "partners.profile-table",
    en="The profile is wrong at {path}: expected a table, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。テーブルが必要ですが、{found}でした。修正してください。",
)
NOT_PARTICIPANT = kind(
    "partners.profile-participant",
    en="The profile is wrong at {path}: expected three capital letters such as JPN, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。JPNのような英大文字3字が必要ですが、{found}でした。修正してください。",
)
NOT_NAME = kind(
    "partners.profile-name",
    en="The profile is wrong at {path}: expected a short name of small letters, digits and hyphens such as nco, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。ncoのような英小文字・数字・ハイフンの短い名前が必要ですが、{found}でした。修正してください。",
)
NOT_AUDIENCE = kind(
    "partners.profile-audience",
    en="The profile is wrong at {path}: expected a participant, organisation or capacity that it lists, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。記載された参加者・組織・資格のいずれかが必要ですが、{found}でした。修正してください。",
)
NOT_CODE = kind(
    "partners.profile-code",
    en="The profile is wrong at {path}: expected codes of this severity scale, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。この深刻度尺度の符号が必要ですが、{found}でした。修正してください。",
)
TOO_LONG = kind(
    "partners.profile-minutes",
    en="The profile is wrong at {path}: expected at most {limit} minutes, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。上限は{limit}分ですが、{found}でした。修正してください。",
)
TWICE = kind(
    "partners.profile-twice",
    en="The profile names {found} twice at {path}; nobody could tell the two apart. Keep one.",
    ja="プロファイルの{path}に{found}が二度あり、区別できません。一つにしてください。",
)
NO_PARTICIPANT = kind(
    "partners.no-participant",
    en="Expected a participant of the profile {profile}, found {found}; it has {known}.",
    ja="プロファイル{profile}に参加者{found}はありません。参加者: {known}",
)
TOO_FEW = kind(
    "trust.too-few",
    en="Expected a statement of {role} that at least {threshold} of its holders signed, each with Ed25519 and ML-DSA-65; found {found}. It is not taken.",
    ja="{role} の文書には保持者 {threshold} 名以上の署名(各々 Ed25519 と ML-DSA-65 の両方)が必要ですが、有効なものは {found} 名でした。受け入れません。",
)
NOT_FIRST = kind(
    "trust.not-first",
    en="Expected the chain to begin with root version 1, found {found}; ask the partner for its whole trust file.",
    ja="信頼の連鎖はルート第 1 版から始まらなければなりませんが、第 {found} 版でした。相手に完全な信頼ファイルを求めてください。",
)
SKIPPED = kind(
    "trust.skipped",
    en="Expected root version {expected} next, found {found}: roots follow one another one by one. Fetch those between.",
    ja="次はルート第 {expected} 版のはずですが、第 {found} 版でした。ルートは一版ずつ続きます。間の版を取得してください。",
)
TOO_LONG_CHAIN = kind(
    "trust.too-long",
    en="Expected at most {limit} roots, found more; the walk was stopped and nothing taken. Speak with the partner and compare a new first root.",
    ja="ルートは最大 {limit} 版ですが、超えました。検証を打ち切り、何も受け入れませんでした。相手と連絡を取り、新しい最初のルートを照合してください。",
)
TWO_VERSIONS = kind(
    "trust.two-versions",
    en="Found two different statements of {role}, version {version}: the partner, or whoever has its keys, says two things. Nothing was taken; keep both and ask by a way you know.",
    ja="{role} 第 {version} 版として内容の異なる二つの文書があります。相手、または鍵を持つ何者かが二通りの主張をしています。何も受け入れませんでした。両方を保存し、既知の経路で確認してください。",
)
ROLLED_BACK = kind(
    "trust.rolled-back",
    en="Expected a version of {role} above {held}, found {found}: trust never goes back. Nothing was taken.",
    ja="{role} は第 {held} 版より新しいはずですが、第 {found} 版でした。信頼情報が後戻りすることはありません。何も受け入れませんでした。",
)
JUMP = kind(
    "trust.jump",
    en="Expected a version of {role} at most {limit} above {held}, found {found}: whoever has the keys may be driving it to its end. Nothing was taken; a new root with other holders leads out.",
    ja="{role} の版は第 {held} 版から最大 {limit} までしか進めませんが、第 {found} 版でした。鍵を持つ者が版を使い切ろうとしている可能性があります。何も受け入れませんでした。保持者を改めた新しいルートで復旧できます。",
)
NEVER_TOGETHER = kind(
    "trust.never-together",
    en="Expected versions that once stood together: {role} names version {named} of {other}, found {found}. Nothing was taken; fetch both anew.",
    ja="同時に有効だった版の組でなければなりません。{role} は {other} の第 {named} 版を示しますが、第 {found} 版でした。何も受け入れませんでした。両方を取得し直してください。",
)
INCOMPLETE = kind(
    "trust.incomplete",
    en="Expected trust metadata of {node} with a statement of {role}, found none; ask the partner for its whole trust file.",
    ja="{node} の信頼情報に {role} の文書がありません。相手に完全な信頼ファイルを求めてください。",
)
OTHER_NODE = kind(
    "trust.other-node",
    en="Expected a statement of {expected}, found one of {found}; statements of two nodes make no chain.",
    ja="{expected} の文書が必要ですが、{found} の文書でした。異なるノードの文書は一つの連鎖になりません。",
)
UNREVOKED = kind(
    "trust.unrevoked",
    en="Expected key {key} to stay revoked as it was, found that changed or left out; a revocation is never taken back. Nothing was taken.",
    ja="鍵 {key} の失効が変更または削除されています。失効が取り消されることはありません。何も受け入れませんでした。",
)
HOLDER_KEY = kind(
    "trust.holder-key",
    en="Expected keys of the node, found that key {key} is a holder's key as well; a key serves one purpose. Nothing was taken.",
    ja="ノードの鍵でなければなりませんが、鍵 {key} は保持者の鍵でもあります。鍵の用途は一つに限られます。何も受け入れませんでした。",
)
WRONG_OPENING = kind(
    "trust.wrong-opening",
    en="Expected openings of cuts that the keys of {node} name, found another; whoever sent it made it up. Nothing was taken.",
    ja="{node} の鍵の文書が示す区切りの開示でなければなりませんが、一致しないものがあります。送信者の作り事です。何も受け入れませんでした。",
)
