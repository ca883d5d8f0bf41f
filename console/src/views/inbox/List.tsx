/** The lists of the inbox: five views with live counts, rows by the thousand, everything by keyboard. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { Inbox as InboxIcon, Megaphone, Radio } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ViewName } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import { counted, listed, VIEWS } from "../../feed/select";
import type { Card, DeskState } from "../../feed/state";
import { useMe, useParts, useWords, wordsOf } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { type Command, useCommands } from "../../shell/commands";
import { go, to } from "../../shell/route";
import { Button } from "../../ui/Button";
import { ChannelMark } from "../../ui/ChannelMark";
import { Empty } from "../../ui/Empty";
import css from "./list.module.css";
import { useNames } from "./names";
import { drawn, type ListItem } from "./posts";
import { Row } from "./Row";

const ROW = 64;
const POST = 40;
const OVERSCAN = 4;

export function List({ view, chosen, thread }: { view: ViewName; chosen: string; thread: string }) {
  const { desk } = useParts();
  const { t, f } = useWords();
  const counts = useDesk(desk, counted);
  useCommands(
    useMemo<readonly Command[]>(
      () =>
        VIEWS.map((one, n) => ({
          id: `list ${one}`,
          name: t(`inbox.${one}`),
          part: "inbox.lists",
          keys: String(n + 1),
          act: () => go("inbox", one),
        })),
      [t],
    ),
  );
  return (
    <section className={css.list} aria-label={t("view.inbox")}>
      <h1 className={css.hidden}>{t("view.inbox")}</h1>
      <nav className={css.tabs} aria-label={t("inbox.lists")}>
        {VIEWS.map((one) => (
          <a
            key={one}
            href={to("inbox", one)}
            aria-current={one === view ? "page" : undefined}
            className={css.tab}
            data-list={one}
            title={one === "comments" ? t("inbox.comments") : undefined}
          >
            {one === "comments" ? <Megaphone size={15} role="img" aria-label={t("inbox.comments")} /> : t(`inbox.${one}`)}
            {one !== "resolved" && counts[one] > 0 && <span className={css.count}>{f.many(counts[one])}</span>}
          </a>
        ))}
      </nav>
      <Rows key={view} view={view} chosen={chosen} thread={thread} />
    </section>
  );
}

function Rows({ view, chosen, thread }: { view: ViewName; chosen: string; thread: string }) {
  const { desk, acts } = useParts();
  const { t } = useWords();
  const me = useMe();
  const select = useCallback((state: DeskState) => listed(state, view), [view]);
  const rows = useDesk(desk, select);
  const list = useDesk(
    desk,
    useCallback((state: DeskState) => state.lists[view], [view]),
  );
  const [problem, setProblem] = useState<unknown>();
  const read = useCallback(
    (more: boolean) => {
      setProblem(undefined);
      acts.list(view, more).catch(setProblem);
    },
    [acts, view],
  );
  useEffect(() => {
    if (me && !list.loaded && !list.reading) read(false);
  }, [me, list.loaded, list.reading, read]);
  const scroller = useRef<HTMLDivElement>(null);
  const items = useMemo(() => drawn(rows, view), [rows, view]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === "post" ? POST : ROW),
    // With other items each place is asked for its height again.
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    overscan: OVERSCAN,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.next && !list.reading && !problem && lastShown >= items.length - OVERSCAN) read(true);
  }, [list.next, list.reading, problem, lastShown, items.length, read]);
  const move = useMoves(
    rows.length,
    useCallback((index) => virtual.scrollToIndex(items.findIndex((one) => one.kind === "row" && one.index === index)), [virtual, items]),
    scroller,
    () => chosenOf(items, chosen, thread),
  );
  const now = useNow();
  const names = useNames();
  if (problem && !rows.length) return <Failed problem={problem} onAgain={() => read(false)} />;
  if (!rows.length && list.loaded && !list.reading)
    return (
      <Empty icon={<InboxIcon size={24} />} title={t(`inbox.${view}.empty`)}>
        {t(`inbox.${view}.teach`)}
      </Empty>
    );
  if (!rows.length) return <Skeleton />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the links inside, which have the focus.
    <div ref={scroller} className={css.scroll} onKeyDown={move} data-list>
      <ul className={css.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const one = items[item.index];
          if (one?.kind === "post") return <PostHead key={one.key} item={one} top={item.start} />;
          return (
            one && (
              <Row
                key={one.key}
                row={one.row}
                view={view}
                index={one.index}
                count={rows.length}
                top={item.start}
                chosen={isChosen(one.row.card, chosen, thread)}
                now={now}
                names={names}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}

/** A customer's talk, or the one thread of comments that is open beside the list. */
function isChosen(card: Card, customer: string, thread: string): boolean {
  return card.customer === customer && (card.post ? card.conversation : "") === thread;
}

function chosenOf(items: readonly ListItem[], customer: string, thread: string): number {
  return items.find((one) => one.kind === "row" && isChosen(one.row.card, customer, thread))?.index ?? -1;
}

/** What the comments below it are about, and how many of them wait. */
function PostHead({ item, top }: { item: Extract<ListItem, { kind: "post" }>; top: number }) {
  const { t } = useWords();
  const { post, channel, waiting } = item;
  const what = t(post.live ? "comment.live" : "comment.post");
  return (
    <li className={css.head} style={{ transform: `translateY(${top}px)` }}>
      <ChannelMark channel={channel} />
      {post.live && <Radio size={13} aria-hidden="true" />}
      <h2 title={post.text || what}>
        <bdi>{post.text || what}</bdi>
      </h2>
      {waiting > 0 && <span title={t("inbox.comments.waiting", { n: waiting })}>{t("inbox.post.waits", { n: waiting })}</span>}
    </li>
  );
}

/** Arrows, j and k, Home and End move the focus between rows; rows that are not drawn yet are scrolled to first. */
function useMoves(
  count: number,
  scrollTo: (index: number) => void,
  scroller: React.RefObject<HTMLDivElement | null>,
  chosen: () => number,
) {
  const { t } = useWords();
  const focus = useCallback(
    (index: number): void => {
      scrollTo(index);
      const reach = (tries: number): void => {
        const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
        if (row) row.focus();
        else if (tries) requestAnimationFrame(() => reach(tries - 1));
      };
      reach(10);
    },
    [scrollTo, scroller],
  );
  const place = useRef<() => number>(() => -1);
  useEffect(() => {
    place.current = () => {
      const row = document.activeElement?.closest<HTMLElement>("[data-index]");
      return row ? Number(row.dataset.index) : chosen();
    };
  });
  const step = useCallback(
    (by: number) => {
      const from = place.current();
      focus(Math.min(count - 1, Math.max(0, from < 0 ? 0 : from + by)));
    },
    [count, focus],
  );
  useCommands(
    useMemo<readonly Command[]>(
      () => [
        { id: "next", name: t("inbox.next"), part: "view.inbox", keys: "j", act: () => step(1) },
        { id: "previous", name: t("inbox.previous"), part: "view.inbox", keys: "k", act: () => step(-1) },
      ],
      [t, step],
    ),
  );
  return (event: KeyboardEvent): void => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Home: () => focus(0),
      End: () => focus(count - 1),
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}

function Failed({ problem, onAgain }: { problem: unknown; onAgain: () => void }) {
  const { t } = useWords();
  return (
    <Empty title={t("inbox.unread")} act={<Button onPress={onAgain}>{t("do.again")}</Button>}>
      {wordsOf(problem, t)}
    </Empty>
  );
}

function Skeleton() {
  return (
    <div className={css.skeleton} aria-hidden="true">
      {Array.from({ length: 9 }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nine alike that never change place
        <div key={n} />
      ))}
    </div>
  );
}
