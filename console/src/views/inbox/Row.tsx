/** One conversation in a list: who, what they said last, where, how long they wait, who has it. */

import { Bell, Bot, Megaphone, NotebookPen } from "lucide-react";
import { memo } from "react";
import type { ViewName } from "../../api/shapes";
import { loginOf } from "../../feed/lines";
import type { Shown } from "../../feed/select";
import type { Card } from "../../feed/state";
import { useMe, useWords } from "../../shell/app";
import { to } from "../../shell/route";
import { Avatar } from "../../ui/Avatar";
import { channelName } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import { warmth } from "../../words/format";
import css from "./list.module.css";

/** How long a customer may wait for a person before the time turns red. A shop's own promise comes with the business hours. */
export const PROMISED_MS = 10 * 60_000;

interface RowProps {
  readonly row: Shown;
  readonly view: ViewName;
  readonly index: number;
  readonly count: number;
  readonly top: number;
  readonly chosen: boolean;
  readonly now: number;
  readonly names: (login: string) => string;
}

export const Row = memo(function Row({ row, view, index, count, top, chosen, now, names }: RowProps) {
  const { t, f } = useWords();
  const { card, wish } = row;
  const name = card.name || t("customer.unnamed");
  const unread = card.unanswered > 0;
  return (
    <li aria-setsize={count} aria-posinset={index + 1} className={css.place} style={{ transform: `translateY(${top}px)` }}>
      <a
        href={to("inbox", view, card.customer, ...(card.post ? [card.conversation] : []))}
        data-index={index}
        data-conversation={card.conversation}
        aria-current={chosen ? "true" : undefined}
        className={cx(css.row, unread && css.unread)}
      >
        <Avatar name={name} seed={card.customer} channel={card.channel} />
        <span className={css.who}>
          <bdi className={css.name}>{name}</bdi>
          {card.waiting_since > 0 ? (
            <time className={css.wait} data-warmth={warmth(now - card.waiting_since, PROMISED_MS)} title={t("inbox.waits")}>
              {f.span(now - card.waiting_since)}
            </time>
          ) : (
            <time className={css.when}>{f.short(Math.max(card.last.at, card.opened), now)}</time>
          )}
        </span>
        <span className={css.what}>
          <span className={css.words}>
            {card.post && view !== "comments" && <Megaphone size={13} className={css.post} aria-label={t("comment.thread")} />}{" "}
            {wish?.act === "claim" ? t("inbox.taking") : <LastWords card={card} names={names} />}
          </span>
          <Holder card={card} view={view} names={names} />
          {unread && (
            <span className={css.dot} title={t("inbox.unanswered", { n: card.unanswered })}>
              {card.unanswered > 1 ? Math.min(card.unanswered, 20) : ""}
            </span>
          )}
        </span>
        <span className={css.hidden}>
          {channelName(card.channel)}
          {unread && ` · ${t("inbox.unanswered", { n: card.unanswered })}`}
        </span>
      </a>
    </li>
  );
});

function LastWords({ card, names }: { card: Card; names: (login: string) => string }) {
  const { t } = useWords();
  const me = useMe();
  const { who, text, kind } = card.last;
  const login = loginOf(who);
  const said = text || (kind ? t("inbox.media") : t("inbox.nothing"));
  if (kind === "note")
    return (
      <>
        <NotebookPen size={12} aria-label={t("note.one")} /> <bdi>{said}</bdi>
      </>
    );
  if (who === "nudge")
    return (
      <>
        <Bell size={12} aria-label={t("who.nudge")} /> <bdi>{said}</bdi>
      </>
    );
  const speaker = login ? (login === me?.user.login ? t("who.you") : names(login)) : who === "bot" ? t("who.bot") : "";
  return (
    <>
      {speaker && `${speaker}: `}
      <bdi>{said}</bdi>
    </>
  );
}

/** Who has it, where the list does not say so already. */
function Holder({ card, view, names }: { card: Card; view: ViewName; names: (login: string) => string }) {
  const { t } = useWords();
  if (view === "mine" || card.status === "resolved") return null;
  if (card.owner.kind === "bot")
    return view === "open" || view === "comments" ? <Bot size={15} className={css.bot} aria-label={t("who.bot")} /> : null;
  if (card.owner.kind === "queue") return view === "open" ? <span className={css.queued}>{t("inbox.queue")}</span> : null;
  const name = names(card.owner.agent);
  return (
    <span className={css.holder} title={t("inbox.has", { name })}>
      <Avatar name={name} seed={card.owner.agent} size="s" />
      <span className={css.hidden}>{t("inbox.has", { name })}</span>
    </span>
  );
}
