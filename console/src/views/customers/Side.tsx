/** What is known beside the conversation, as cards that fold: customer, conversations, cart and orders, nudges, consents. */

import { useCallback } from "react";
import type { Live } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import type { DeskState } from "../../feed/state";
import { useParts, useWords } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { to } from "../../shell/route";
import { Card } from "../../ui/Card";
import { ChannelMark, channelName } from "../../ui/ChannelMark";
import { Empty } from "../../ui/Empty";
import { isKey } from "../../words/words";
import { closedBecause } from "../inbox/facts";
import { useNames } from "../inbox/names";
import { Basket } from "./Basket";
import { Runs } from "./Runs";
import { useRecord } from "./record";
import css from "./side.module.css";

export default function Side({ customer, link }: { customer: string; link?: "link" }) {
  const { t } = useWords();
  const { record, gone, nobody } = useRecord(customer);
  if (gone) return <Empty title={t("customer.gone")}>{t("customer.gone.words")}</Empty>;
  if (nobody) return <Empty title={t("customer.nobody")} />;
  if (!record) return <div className={css.side} />;
  return (
    <aside className={css.side} aria-label={t("side.title")}>
      <Known record={record} {...(link && { link })} />
      <Conversations record={record} />
      {(record.cart || record.orders) && (
        <Card id="basket" title={t("side.basket")}>
          <Basket record={record} />
        </Card>
      )}
      <Card id="nudges" title={t("side.nudges")} count={record.runs?.length ?? 0}>
        <Runs record={record} />
      </Card>
      <Consents record={record} />
    </aside>
  );
}

function Known({ record, link }: { record: Live; link?: "link" }) {
  const { t, f } = useWords();
  const { desk } = useParts();
  const now = useNow();
  const profile = record.profile ?? {};
  const name = profile.name?.value || t("customer.unnamed");
  const language = useDesk(
    desk,
    useCallback((state: DeskState) => Object.values(state.cards).find((card) => card.customer === record.id)?.language ?? "", [record.id]),
  );
  return (
    <Card id="known" title={t("side.customer")}>
      <p className={css.name}>
        <bdi>{name}</bdi>
      </p>
      <dl className={css.facts}>
        {(record.addresses ?? []).map((address) => (
          <div key={`${address.channel}:${address.account}:${address.id}`}>
            <dt>
              <ChannelMark channel={address.channel} /> {channelName(address.channel)}
            </dt>
            <dd title={`${address.account} · ${address.id}`}>{address.id}</dd>
          </div>
        ))}
        {language && (
          <div>
            <dt>{t("me.language")}</dt>
            <dd>{f.languageName(language)}</dd>
          </div>
        )}
        <div>
          <dt>{t("side.since")}</dt>
          <dd title={f.full(record.created)}>{f.date(record.created)}</dd>
        </div>
        {Object.entries(profile)
          .filter(([key]) => key !== "name" && !(key === "language" && language))
          .map(([key, fact]) => (
            <div key={key}>
              <dt>{isKey(`profile.${key}`) ? t(`profile.${key}` as "profile.username") : key}</dt>
              <dd title={t("side.source", { source: channelName(fact.source), when: f.day(fact.at, now) })}>
                {key.endsWith("language") ? f.languageName(fact.value) : fact.value}
              </dd>
            </div>
          ))}
      </dl>
      {link && (
        <a href={to("customers", record.id)} className={css.more}>
          {t("side.page")}
        </a>
      )}
    </Card>
  );
}

function Conversations({ record }: { record: Live }) {
  const { t, f } = useWords();
  const names = useNames();
  const all = [...(record.conversations ?? [])].reverse();
  return (
    <Card id="conversations" title={t("side.conversations")} count={all.length}>
      <ul className={css.list}>
        {all.map((one) => (
          <li key={one.id}>
            <span className={css.badge} data-open={one.status !== "resolved" || undefined}>
              {t(one.status === "resolved" ? "side.closed" : "side.open")}
            </span>
            <span className={css.grow}>
              {one.status === "resolved"
                ? closedBecause(one.reason ?? "", t)
                : one.owner?.kind === "agent"
                  ? names(one.owner.agent ?? "")
                  : t(`talk.${one.owner?.kind === "queue" ? "queue" : "bot"}`)}
              {one.summary && <small>{one.summary}</small>}
            </span>
            <time title={f.full(one.opened)}>{f.date(one.opened)}</time>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Consents({ record }: { record: Live }) {
  const { t, f } = useWords();
  const all = record.consents ?? [];
  return (
    <Card id="consents" title={t("side.consents")} count={all.length} open={all.length > 0}>
      {all.length === 0 && <p className={css.none}>{t("side.noconsents")}</p>}
      <ul className={css.list}>
        {all.map((one) => (
          <li key={`${one.channel} ${one.purpose}`} title={[one.basis, one.proof].filter(Boolean).join(" · ")}>
            <span className={css.badge} data-open={one.state === "given" || undefined}>
              {t(one.state === "given" ? "consent.given" : "consent.refused")}
            </span>
            <span className={css.grow}>
              {one.channel === "*" ? t("consent.everywhere") : channelName(one.channel)} · {t(`purpose.${one.purpose}`)}
            </span>
            <time title={f.full(one.at)}>{f.date(one.at)}</time>
          </li>
        ))}
      </ul>
    </Card>
  );
}
