/** All that was said with a customer, over all channels, newest at the bottom; older lines come as one scrolls up. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, BellRing } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { hubNow } from "../../api/time";
import { useDesk } from "../../feed/desk";
import { type Item, items, loginOf, speakerOf, within } from "../../feed/lines";
import { typists } from "../../feed/select";
import type { DeskState, Pending } from "../../feed/state";
import { useMe, useParts, useTry, useWords, wordsOf } from "../../shell/app";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { AmendFrame } from "./Amend";
import { Deed, Post } from "./Comment";
import { factWords } from "./facts";
import { useNames } from "./names";
import css from "./timeline.module.css";
import { Note, Word } from "./Word";

/** So near the newest line one reads along: what comes is kept in view. */
const NEAR_END = 48;
/** Lines drawn beyond what is in sight, and lines from the oldest known at which those before them are asked for. */
const OVERSCAN = 6;
const NEAR_START = 20;
const TOP = 36;

export function Timeline({ customer, thread, name }: { customer: string; thread: string; name: string }) {
  const { desk, acts } = useParts();
  const { t } = useWords();
  const me = useMe()?.user.login ?? "";
  const known = useDesk(
    desk,
    useCallback((state: DeskState) => state.timelines[customer], [customer]),
  );
  const pending = useDesk(
    desk,
    useCallback((state: DeskState): readonly Pending[] => state.pending.filter((one) => one.customer === customer), [customer]),
  );
  const [problem, setProblem] = useState<unknown>();
  const read = useCallback(
    (older: boolean) => {
      setProblem(undefined);
      acts.timeline(customer, older).catch(setProblem);
    },
    [acts, customer],
  );
  const loaded = known?.loaded ?? false;
  useEffect(() => {
    if (!loaded) read(false);
  }, [loaded, read]);
  const shown = useMemo(() => {
    const asked = thread ? pending.filter((one) => one.conversation === thread) : pending;
    return items(within(known?.lines ?? [], thread), asked, me);
  }, [known, pending, me, thread]);
  const older = Boolean(known?.before) && !problem;
  const rows = useMemo(() => rowsOf(shown), [shown]);
  const scroll = useScroll(rows, older ? read : undefined);
  if (problem && !shown.length)
    return (
      <Empty title={t("talk.unread")} act={<Button onPress={() => read(false)}>{t("do.again")}</Button>}>
        {wordsOf(problem, t)}
      </Empty>
    );
  return (
    <AmendFrame customer={customer} items={shown} me={me}>
      <div className={css.frame}>
        {/* What is scrolled to is not news: new words are told by `Heard`. */}
        <div
          ref={scroll.box}
          className={css.scroll}
          onScroll={scroll.moved}
          role="log"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          tabIndex={0}
          aria-label={t("talk.with", { name })}
        >
          <div className={css.rows} style={{ height: scroll.height }}>
            <p className={css.top}>
              {older && t("talk.older")}
              {loaded && !known?.before && shown.length > 0 && t("talk.beginning")}
            </p>
            {scroll.slots.map((slot) => {
              const row = rows[slot.index];
              return (
                row && (
                  <div
                    key={slot.key}
                    ref={scroll.measure}
                    data-index={slot.index}
                    className={css.slot}
                    style={{ transform: `translateY(${slot.start}px)` }}
                  >
                    {row.day > 0 && <Day at={row.day} />}
                    <ItemView item={row.item} customer={customer} name={name} />
                  </div>
                )
              );
            })}
          </div>
        </div>
        {scroll.away && (
          <button type="button" className={css.down} onClick={scroll.down}>
            <ArrowDown size={15} aria-hidden="true" />
            {scroll.fresh ? t("talk.new", { n: scroll.fresh }) : t("talk.down")}
          </button>
        )}
        <Typing customer={customer} name={name} />
        <Heard items={shown} name={name} />
      </div>
    </AmendFrame>
  );
}

type Told = Exclude<Item, { kind: "day" }>;

/** What is drawn as one: a line, and the day above it where it is the first. `day` in ms since 1970, 0: none. */
interface Row {
  readonly item: Told;
  readonly day: number;
}

/** A day belongs to its first line: by that line's id a place is kept while older ones come, which change where the day begins. */
function rowsOf(shown: readonly Item[]): readonly Row[] {
  let day = 0;
  return shown.flatMap((item) => {
    if (item.kind === "day") {
      day = item.at;
      return [];
    }
    const row = { item, day };
    day = 0;
    return [row];
  });
}

function Day({ at }: { at: number }) {
  const { f } = useWords();
  return (
    <h3 className={css.day}>
      <span>{f.day(at, hubNow())}</span>
    </h3>
  );
}

const ItemView = memo(function ItemView({ item, customer, name }: { item: Told; customer: string; name: string }) {
  const { t, f } = useWords();
  const names = useNames();
  const { acts } = useParts();
  const attempt = useTry();
  const { entry } = item.line;
  const author = loginOf(entry.who);
  const again = (pending: Pending) => () => void attempt(() => acts.again(pending));
  const drop = (pending: Pending) => () => acts.forget(pending);
  const ends =
    (item.kind === "note" || item.kind === "word") && item.pending ? { onAgain: again(item.pending), onDrop: drop(item.pending) } : {};
  if (item.kind === "note") return <Note item={item} author={names(author)} {...ends} />;
  if (item.kind === "post") return <Post item={item} />;
  if (item.kind === "deed") return <Deed line={item.line} customer={customer} by={names(author)} />;
  if (item.kind === "fact")
    return (
      <p className={css.fact}>
        {entry.who === "nudge" && <BellRing size={13} aria-label={t("who.nudge")} />}
        {factWords(entry, t, f, names)} <time title={f.full(entry.at)}>{f.time(entry.at)}</time>
      </p>
    );
  const who = { customer: name, bot: t("who.bot"), nudge: t("who.nudge"), system: t("who.system"), agent: names(author) }[
    speakerOf(entry.who)
  ];
  return <Word item={item} customer={customer} author={who} {...ends} />;
});

/** Only what is near is drawn. What comes is kept in view by whoever is at the end; what one reads stays in its place while older lines come. */
function useScroll(rows: readonly Row[], readOlder: ((older: boolean) => void) | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useRef("");
  const stuck = useRef(true);
  const [away, setAway] = useState(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: useCallback((index: number) => guessed(rows[index]), [rows]),
    getItemKey: useCallback((index: number) => rows[index]?.item.id ?? index, [rows]),
    anchorTo: "end",
    scrollEndThreshold: NEAR_END,
    overscan: OVERSCAN,
    paddingStart: TOP,
    paddingEnd: 4,
  });
  // What lies wholly above keeps what is read in its place, whichever way one scrolls: a line loses its day and name when older ones come.
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (item, _, one) =>
    (one.itemSizeCache.has(item.key) ? item.end : item.start + 1) <= (one.scrollOffset ?? 0);
  const slots = virtual.getVirtualItems();
  const height = virtual.getTotalSize();
  const down = useCallback(() => {
    const node = box.current;
    stuck.current = true;
    if (node) node.scrollTop = node.scrollHeight;
  }, []);
  const newest = rows.at(-1)?.item;
  const mine = newest && (newest.kind === "note" || newest.kind === "word") && newest.pending ? newest.id : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever grows, a picture or a line, whoever was at the end stays there
  useLayoutEffect(() => {
    if (stuck.current) down();
  }, [down, height, newest]);
  useLayoutEffect(() => {
    // Who writes looks at what they wrote.
    if (mine) down();
  }, [mine, down]);
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    // A composer that grows takes room from below.
    const resized = new ResizeObserver(() => stuck.current && down());
    resized.observe(node);
    return () => resized.disconnect();
  }, [down]);
  const moved = useCallback(() => {
    const node = box.current;
    if (!node) return;
    stuck.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END;
    setAway(!stuck.current);
  }, []);
  useEffect(() => {
    if (!away) seen.current = newest?.id ?? "";
  }, [away, newest]);
  const first = slots[0]?.index ?? Number.POSITIVE_INFINITY;
  const oldest = rows[0]?.item.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page there is another oldest line, and perhaps still room above it
  useEffect(() => {
    if (!readOlder || first > NEAR_START) return;
    readOlder(true);
    // What was said just now the archive has in a moment: until then an answer brings nothing, and leads on to the same place.
    const again = setInterval(() => readOlder(true), OLDER_AGAIN_MS);
    return () => clearInterval(again);
  }, [readOlder, first, oldest]);
  const from = rows.findLastIndex(({ item }) => item.id === seen.current);
  const fresh = away && from >= 0 ? rows.slice(from + 1).filter(({ item }) => item.kind !== "fact").length : 0;
  return { box, slots, height, measure: virtual.measureElement, moved, away, fresh, down };
}

const LETTERS_A_LINE = 62;
const OLDER_AGAIN_MS = 3_000;

/** How high a row will be, until it has been drawn once. */
function guessed(row: Row | undefined): number {
  if (!row) return 50;
  const { item } = row;
  const { entry } = item.line;
  const above = row.day ? 46 : 0;
  if (item.kind === "fact" || item.kind === "deed") return above + 30;
  if (item.kind === "post") return above + 220;
  const lines = Math.floor((entry.text?.length ?? 0) / LETTERS_A_LINE);
  if (item.kind === "note") return above + 72 + 20 * lines;
  const media = (entry.attachments?.length ?? 0) + (entry.message?.attachments?.length ?? 0);
  return above + (item.first ? 85 : 53) + (item.standing ? 54 : 0) + 20 * lines + media * 120;
}

function Typing({ customer, name }: { customer: string; name: string }) {
  const { desk } = useParts();
  const { t } = useWords();
  const names = useNames();
  const [now, setNow] = useState(Date.now);
  const who = useDesk(
    desk,
    useCallback((state: DeskState) => typists(state, customer, now), [customer, now]),
  );
  const typing = useDesk(
    desk,
    useCallback((state: DeskState) => state.typing[customer], [customer]),
  );
  useEffect(() => {
    setNow(Date.now());
    if (!typing || !Object.keys(typing).length) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [typing]);
  const [first] = who;
  return (
    <p className={css.typing}>
      {first && (
        <>
          <span className={css.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t("talk.typing", { name: first === "customer" ? name : names(loginOf(first)) })}
        </>
      )}
    </p>
  );
}

/** New words of others are told to whoever hears the screen. */
function Heard({ items: shown, name }: { items: readonly Item[]; name: string }) {
  const { t } = useWords();
  const seen = useRef<string | undefined>(undefined);
  const [told, setTold] = useState("");
  useEffect(() => {
    const last = shown.findLast((item) => item.kind === "word");
    if (last?.kind !== "word") return;
    if (seen.current !== undefined && seen.current !== last.id && last.line.entry.who === "customer")
      setTold(t("talk.says", { name, text: last.line.entry.text ?? "" }));
    seen.current = last.id;
  }, [shown, name, t]);
  return (
    <p className={css.heard} aria-live="polite">
      {told}
    </p>
  );
}
