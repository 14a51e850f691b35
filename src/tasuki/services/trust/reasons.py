# SPDX-License-Identifier: MIT
"""Reasons the trust services give."""

from tasuki.base.reasons import kind

NO_METADATA = kind(
    "trust.no-metadata",
    en="Expected a node with trust metadata, found one made before there was any; it has its anchor alone. Make the node anew with `tasuki init` and let partners compare it.",
    ja="信頼情報を持つノードが必要ですが、このノードはその導入前に作られ、アンカーしかありません。`tasuki init` で作り直し、相手に照合してもらってください。",
)
ROLE_ELSEWHERE = kind(
    "trust.role-elsewhere",
    en="Expected this node to hold the role {role} itself, found that others hold it. Write a draft with --draft FILE, have the holders sign it (`tasuki key root sign`), and publish it.",
    ja="役割 {role} はこのノードではなく他の保持者が持っています。--draft FILE で草案を書き出し、保持者が署名(`tasuki key root sign`)した後に公開してください。",
)
ROOT_OVER = kind(
    "trust.root-over",
    en="Expected a root valid now, found one that ended at {expires}: it can name its successor and nothing else. Hold a ceremony: `tasuki key root draft`.",
    ja="ルートは {expires} に失効しており、後継を定めることしかできません。儀式を行ってください: `tasuki key root draft`",
)
MOVED = kind(
    "trust.moved",
    en="The node's trust metadata changed meanwhile; nothing was published. Do it again.",
    ja="その間にノードの信頼情報が更新されました。何も公開していません。もう一度実行してください。",
)
PUT_BACK = kind(
    "trust.put-back",
    en="Partner {partner} holds {role} version {theirs} of this node, which has {ours} itself: it was put back to an old copy, or the partner errs. Compare with the partner before you publish anything.",
    ja="相手 {partner} は本ノードの {role} 第 {theirs} 版を保持していますが、本ノードには第 {ours} 版しかありません。古い複製に戻されたか、相手の誤りです。何かを公開する前に、相手と照合してください。",
)
NO_SUCH_KEY = kind(
    "trust.no-such-key",
    en="Expected the id of a key this node has published and not revoked, found {key}; `tasuki key list` shows them.",
    ja="公開済みで未失効の鍵の ID が必要ですが、{key} でした。`tasuki key list` で確認できます。",
)
NOT_A_ROLE = kind(
    "trust.not-a-role",
    en="Expected envelope, kem, log, witness, tls or all, found {found}.",
    ja="envelope・kem・log・witness・tls・all のいずれかが必要ですが、{found} でした。",
)
SUSPECTED_LATER = kind(
    "trust.suspected-later",
    en="Expected a suspicion that began in the past, found {suspected}; it is {now} now.",
    ja="疑いの開始は過去の時刻でなければなりませんが、{suspected} でした。現在は {now} です。",
)
NOT_DOUBTFUL = kind(
    "trust.not-doubtful",
    en="Expected an envelope that waits to be confirmed anew, found {env_id}; `tasuki key doubtful` lists them.",
    ja="再確認を待つ封筒の ID が必要ですが、{env_id} でした。`tasuki key doubtful` で一覧できます。",
)
OTHER_NODES = kind(
    "trust.not-ours",
    en="Expected trust metadata of this node {me}, found {found}.",
    ja="このノード {me} の信頼情報が必要ですが、{found} でした。",
)
NOTHING_NEW = kind(
    "trust.nothing-new",
    en="Expected a statement newer than what this node has published; found nothing new. Make the draft anew.",
    ja="公開済みのものより新しい文書が必要ですが、新しい内容がありません。草案を作り直してください。",
)
NOTHING_WAITS = kind(
    "trust.nothing-waits",
    en="No new key or certificate waits to be used; `tasuki key rotate` makes them.",
    ja="使用開始を待つ新しい鍵や証明書はありません。`tasuki key rotate` で作成します。",
)
NOT_A_HELD_ROLE = kind(
    "trust.no-held-role",
    en="Expected the role root, keys or peers, found {found}.",
    ja="役割は root・keys・peers のいずれかですが、{found} でした。",
)
BAD_DAYS = kind(
    "trust.bad-days",
    en="Expected a validity of 1 to {most} days, found {found}.",
    ja="有効期間は 1 日から {most} 日までですが、{found} 日でした。",
)
MORE_THAN_ONE = kind(
    "trust.more-than-one",
    en="Expected one signed statement in a file, found more behind it; give each in a file of its own.",
    ja="一つのファイルに署名文書は一つですが、後に続きがあります。文書ごとに別のファイルで指定してください。",
)
SIGNATURES_DIFFER = kind(
    "trust.signatures-differ",
    en="Expected signed copies of one statement, found {path} to be of another; join copies of one draft only.",
    ja="同じ文書の署名済み写しが必要ですが、{path} は別の文書です。同一の草案の写しだけをまとめてください。",
)
