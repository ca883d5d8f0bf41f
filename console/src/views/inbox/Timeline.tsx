/** All that was said with a customer, over all channels, newest at the bottom; older lines come as one scrolls up. */

import { ArrowDown, BellRing } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { hubNow } from "../../api/time";
import { useDesk } from "../../feed/desk";
import { type Item, items, loginOf, speakerOf } from "../../feed/lines";
import { typists } from "../../feed/select";
import type { DeskState, Pending } from "../../feed/state";
import { useMe, useParts, useTry, useWords, wordsOf } from "../../shell/app";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { factWords } from "./facts";
import { useNames } from "./names";
import css from "./timeline.module.css";
import { Note, Word } from "./Word";

const NEAR_BOTTOM = 48;

export function Timeline({ customer, name }: { customer: string; name: string }) {
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
  const shown = useMemo(() => items(known?.lines ?? [], pending, me), [known, pending, me]);
  const scroll = useScroll(shown, customer);
  const older = Boolean(known?.before) && !problem;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = top.current;
    if (!mark || !older) return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && read(true), {
      root: scroll.box.current,
      rootMargin: "300px",
    });
    seen.observe(mark);
    return () => seen.disconnect();
  }, [older, read, scroll.box]);
  if (problem && !shown.length)
    return (
      <Empty title={t("talk.unread")} act={<Button onPress={() => read(false)}>{t("do.again")}</Button>}>
        {wordsOf(problem, t)}
      </Empty>
    );
  return (
    <div className={css.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section ref={scroll.box} className={css.scroll} onScroll={scroll.moved} tabIndex={0} aria-label={t("talk.with", { name })}>
        <div ref={top} className={css.top}>
          {older && t("talk.older")}
          {loaded && !known?.before && shown.length > 0 && t("talk.beginning")}
        </div>
        {shown.map((item) => (
          <ItemView key={item.id} item={item} customer={customer} name={name} />
        ))}
        <Typing customer={customer} name={name} />
      </section>
      {scroll.away && (
        <button type="button" className={css.down} onClick={scroll.down}>
          <ArrowDown size={15} aria-hidden="true" />
          {scroll.fresh ? t("talk.new") : t("talk.down")}
        </button>
      )}
      <Heard items={shown} name={name} />
    </div>
  );
}

function ItemView({ item, customer, name }: { item: Item; customer: string; name: string }) {
  const { t, f } = useWords();
  const names = useNames();
  const { acts } = useParts();
  const attempt = useTry();
  if (item.kind === "day")
    return (
      <h3 className={css.day}>
        <span>{f.day(item.at, hubNow())}</span>
      </h3>
    );
  const { entry } = item.line;
  const author = loginOf(entry.who);
  const again = (pending: Pending) => () => void attempt(() => acts.again(pending));
  const drop = (pending: Pending) => () => acts.forget(pending);
  const ends = item.kind !== "fact" && item.pending ? { onAgain: again(item.pending), onDrop: drop(item.pending) } : {};
  if (item.kind === "note") return <Note item={item} author={names(author)} {...ends} />;
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
}

/** Sticks to the bottom while one is there; keeps what one reads in its place while older lines come. */
function useScroll(shown: readonly Item[], customer: string) {
  const box = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const height = useRef(0);
  const first = useRef("");
  const last = useRef("");
  const [away, setAway] = useState(false);
  const [fresh, setFresh] = useState(false);
  const bottom = useCallback(() => {
    const node = box.current;
    if (node) node.scrollTop = node.scrollHeight;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another customer begins at the bottom.
  useLayoutEffect(() => {
    stuck.current = true;
    setAway(false);
    setFresh(false);
  }, [customer]);
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const oldest = shown[0]?.id ?? "";
    const newest = shown.at(-1)?.id ?? "";
    if (stuck.current) bottom();
    else if (oldest !== first.current) node.scrollTop += node.scrollHeight - height.current;
    else if (newest !== last.current) setFresh(true);
    first.current = oldest;
    last.current = newest;
    height.current = node.scrollHeight;
  }, [shown, bottom]);
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    // Pictures that load and a composer that grows move the bottom; whoever was there stays there.
    const resized = new ResizeObserver(() => stuck.current && bottom());
    resized.observe(node);
    for (const child of node.children) resized.observe(child);
    return () => resized.disconnect();
  }, [bottom]);
  const moved = useCallback(() => {
    const node = box.current;
    if (!node) return;
    stuck.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_BOTTOM;
    setAway(!stuck.current);
    if (stuck.current) setFresh(false);
  }, []);
  return { box, moved, away, fresh, down: bottom };
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
