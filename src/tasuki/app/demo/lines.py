# SPDX-License-Identifier: MIT
"""Every sentence of the demonstration, in both languages."""

from __future__ import annotations

from tasuki.base.reasons import Text

BANNER = Text(
    en="DEMONSTRATION / 実演 - not a government system",
    ja="DEMONSTRATION / 実演 - 政府のシステムではありません",
)
FICTION = Text(
    en="From here on everything is invented: actor, victim, names and hashes.",
    ja="ここからは全て架空です。攻撃者、被害者、名前、ハッシュは実在しません。",
)

LONDON = Text(en="London", ja="ロンドン")
TOKYO = Text(en="Tokyo", ja="東京")
NODE = Text(en="node", ja="ノード")
SOURCE = Text(en="from", ja="入手元")
STATE = Text(en="state", ja="状態")
COUNT = Text(en="holdings", ja="件数")

SETTING_UP = Text(en="Two nodes, no centre", ja="二つのノード、中心はない")
NODE_MADE = Text(
    en="{who}: node {node} for {organisation}, fingerprint {words}",
    ja="{who}: {organisation}のノード{node}、指紋 {words}",
)
COMPARED = Text(
    en="Each side read the other's fingerprint aloud over another channel; two people on each side compared it.",
    ja="双方が別の経路で相手の指紋を読み上げ、それぞれ二名が照合しました。",
)
RUNNING = Text(
    en="Both nodes run; each trusts exactly one certificate: the other's. Start-up took {seconds} s.",
    ja="両ノードが稼働中です。信頼する証明書は互いの一枚だけです。起動時間 {seconds} 秒。",
)

IMPORTING = Text(
    en="London brings in real intelligence and marks it",
    ja="ロンドンが実在のインテリジェンスを取り込み、マーキングする",
)
IMPORTED = Text(
    en="{name}: {accepted} held ({flagged} flagged), {duplicate} already, {quarantined} quarantined; {marking}",
    ja="{name}: 保有{accepted}件(注意{flagged}件)、重複{duplicate}件、隔離{quarantined}件。{marking}",
)
SMALL = Text(
    en="The shared material is not here: the small sample that ships with the project is used.",
    ja="共有資料がないため、同梱の小さな標本を使います。",
)
SHARING = Text(en="London shares what may go to Tokyo", ja="ロンドンが東京に出せるものだけを共有する")
SHARED = Text(
    en="To {audience}: {released} released, {withheld} stay at home:",
    ja="{audience}へ: 提供{released}件、提供せず{withheld}件:",
)
WITHHELD_WHY = Text(en="{count} x {reason}", ja="{count}件: {reason}")
ARRIVED = Text(
    en="Tokyo verified and holds {held} objects: {rate} objects/s with signatures, encryption, receipts and log.",
    ja="東京が検証し、{held}件を保有しました。署名・暗号・受領証・ログ込みで毎秒{rate}件です。",
)

HUNTING = Text(en="Tokyo hunts with them in real logs", ja="東京が実在のログで照合する")
HUNTED = Text(
    en="{name}: {records} records, {hits} hits on {values} values",
    ja="{name}: {records}レコード、{values}種の値に{hits}件のヒット",
)
HIT_VALUES = Text(en="   found: {values}", ja="   検出: {values}")
NOTHING = Text(en="   nothing found, which is an answer too", ja="   検出なし。これも一つの回答です")

ASKING = Text(
    en="Ransomware stops a brewer: Tokyo asks London for help",
    ja="ランサムウェアがビール会社を止める: 東京がロンドンに支援を求める",
)
STORY = Text(
    en="{malware} of {actor} stops the shipments of {victim}. The request names no victim.",
    ja="{actor}の{malware}により{victim}の出荷が止まりました。要請に被害者名は含みません。",
)
REQUESTED = Text(
    en="Tokyo's request went out on the urgent lane; London held it {ms} ms later.",
    ja="東京の要請は緊急レーンで送られ、{ms}ミリ秒後にロンドンが受領しました。",
)
ACKNOWLEDGED = Text(
    en="London acknowledged, then accepted in part: {accepted}; not: {declined}.",
    ja="ロンドンは受領を確認し、一部を受諾しました。受諾: {accepted}、見送り: {declined}",
)

TEARING = Text(en="London releases one list; a fuller one stays", ja="ロンドンは一つを提供し、より詳しい方は出さない")
RELEASED_LIST = Text(
    en="{released} indicators of {actor} released to {audience}",
    ja="{actor}のインディケーター{released}件を{audience}に提供しました",
)
STAYS = Text(en="The fuller one stays: {reason}", ja="より詳しい方は出しません: {reason}")

ANSWERING = Text(
    en="Tokyo hunts and answers: one hit, one null result", ja="東京が照合して回答する: ヒット一件、該当なし一件"
)
FOOD_HIT = Text(en="Food sector: {value} was asked for", ja="食品分野: {value}への問い合わせを検出")
POWER_NULL = Text(
    en="Power sector: {records} records, nothing: returned as a null result",
    ja="電力分野: {records}レコードで該当なし。該当なしとして回答します",
)
ANSWERS_HELD = Text(
    en="London holds {sightings} sighting and {nulls} null result from Tokyo, and no line of Tokyo's logs.",
    ja="ロンドンは東京からの目撃情報{sightings}件と該当なし{nulls}件を保有します。東京のログは一行も渡っていません。",
)

RECALLING = Text(en="London recalls one wrong indicator", ja="ロンドンが誤ったインディケーターを一つ取り消す")
BEFORE_RECALL = Text(
    en="Before: {value} matches Tokyo's log {hits} time(s).", ja="取消前: {value}は東京のログに{hits}回一致します。"
)
AFTER_RECALL = Text(
    en="After: {hits} times. It left Tokyo's matchers {ms} ms after London's command, and Tokyo attests so.",
    ja="取消後: {hits}回。ロンドンの操作から{ms}ミリ秒後に東京の照合から外れ、東京がそれを申告しました。",
)

REPORTING = Text(en="Report", ja="報告")
HELD_TITLE = Text(en="What each side holds and let go", ja="双方の保有と提供")
LATENCY = Text(
    en="Create to usable, London to Tokyo: p50 {p50} ms, p99 {p99} ms over {count} single objects",
    ja="作成から照合可能まで(ロンドン→東京): p50 {p50} ms、p99 {p99} ms、単独オブジェクト{count}件",
)
RECEIPTS = Text(
    en="Receipts: {sent} envelopes sent, {receipted} receipts held, {refused} refused",
    ja="受領証: 送付した封筒{sent}通、受領証{receipted}通、拒否{refused}通",
)
LOGS_AGREE = Text(
    en="{node}: both logs agree: {leaves} leaves, cosigned by the other side up to {cosigned}",
    ja="{node}: 双方のログは一致しています。{leaves}件、相手の連署は{cosigned}件目まで",
)
LOGS_DIFFER = Text(en="THE LOGS DISAGREE: {detail}", ja="ログが一致しません: {detail}")
VERIFIED = Text(
    en="Evidence file verified offline by another process, with public keys only.",
    ja="証拠ファイルを別プロセスが公開鍵だけでオフライン検証しました。",
)
KEPT = Text(
    en="The nodes are kept in {directory}; look with: tasuki --node {directory}/gbr status",
    ja="ノードは{directory}に残しました。確認: tasuki --node {directory}/gbr status",
)
DONE = Text(en="Done in {seconds} s.", ja="{seconds}秒で完了しました。")
