/** Customers: found at the hub by name, phone, e-mail, order number or address; a page with all that is known and was said. */

import { Search, Users } from "lucide-react";
import { type FormEvent, startTransition, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { at, Problem } from "../../api/client";
import type { FoundCustomer } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import { listed, type Shown } from "../../feed/select";
import type { DeskState } from "../../feed/state";
import { useParts, useTry, useWords } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { go, to, useRoute } from "../../shell/route";
import { Avatar } from "../../ui/Avatar";
import { channelName } from "../../ui/ChannelMark";
import { Empty } from "../../ui/Empty";
import { finds } from "../../ui/fold";
import css from "./customers.module.css";
import { traitsOf, useFound } from "./found";
import { Page } from "./Page";

const openOnes = (state: DeskState): readonly Shown[] => listed(state, "open");
const SHOWN = 200;
/** As many as a tall window shows: the view is there at once, the rest follows while nobody waits. */
const AT_ONCE = 18;
const AHEAD = "400px";

/** One row: somebody the hub found, or, where it cannot look, somebody this browser knows. */
interface Row {
  readonly customer: string;
  readonly name: string;
  readonly channel: string;
  readonly at: number;
  readonly more: string;
}

export default function Customers() {
  const { feed } = useParts();
  const { t } = useWords();
  const { parts } = useRoute();
  const chosen = parts[0] ?? "";
  const [typed, setTyped] = useState("");
  const found = useFound(typed);
  const here = useKnown(typed);
  useEffect(() => feed.views(["open"]), [feed]);
  const rows = found.failed && !found.customers.length ? here : found.customers.map(rowOf);
  const none = found.by ? t("customers.none", { text: found.by }) : t("customers.empty");
  return (
    <div className={css.customers} data-inside={chosen ? true : undefined}>
      <section className={css.list} aria-label={t("view.customers")}>
        <header>
          <h1>{t("view.customers")}</h1>
          <Finder typed={typed} onType={setTyped} />
        </header>
        {found.failed && <p className={css.note}>{t("customers.away")}</p>}
        <Rows rows={rows} chosen={chosen} more={found.more} />
        {found.loaded && rows.length === 0 && <p className={css.nobody}>{none}</p>}
        <p className={css.heard} role="status">
          {found.loaded && found.by && t("customers.found", { n: rows.length })}
        </p>
      </section>
      {chosen ? (
        <Page key={chosen} customer={chosen} />
      ) : (
        <div className={css.blank}>
          <Empty icon={<Users size={24} />} title={t("customers.choose")}>
            {t("customers.choose.words")}
          </Empty>
        </div>
      )}
    </div>
  );
}

function Rows({ rows, chosen, more }: { rows: readonly Row[]; chosen: string; more: (() => void) | undefined }) {
  const { t, f } = useWords();
  const now = useNow();
  const [shown, setShown] = useState(AT_ONCE);
  useEffect(() => startTransition(() => setShown(Number.POSITIVE_INFINITY)), []);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const mark = end.current;
    if (!mark || !more) return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), { rootMargin: AHEAD });
    seen.observe(mark);
    return () => seen.disconnect();
  }, [more]);
  return (
    <ul>
      {rows.slice(0, shown).map((one) => (
        <li key={one.customer}>
          <a href={to("customers", one.customer)} aria-current={one.customer === chosen ? "true" : undefined} className={css.row}>
            <Avatar name={one.name || t("customer.unnamed")} seed={one.customer} channel={one.channel} />
            <span className={css.grow}>
              <bdi>{one.name || t("customer.unnamed")}</bdi>
              <small>{one.more || (one.channel && channelName(one.channel))}</small>
            </span>
            <time>{f.short(one.at, now)}</time>
          </a>
        </li>
      ))}
      {more && <li ref={end} aria-hidden="true" />}
    </ul>
  );
}

const rowOf = (one: FoundCustomer): Row => ({
  customer: one.customer,
  name: one.name,
  channel: one.channel ?? "",
  at: one.at,
  more: traitsOf(one),
});

/** Those this browser knows, for as long as the hub cannot look: who has an open conversation, by name and last words. */
function useKnown(typed: string): readonly Row[] {
  const { desk } = useParts();
  const cards = useDesk(desk, openOnes);
  return useMemo(() => {
    const asked = typed.trim();
    const fits = cards.filter(({ card }) => !asked || finds(`${card.name} ${card.customer} ${card.last.text}`, asked));
    const rows = fits.map(
      ({ card }): Row => ({
        customer: card.customer,
        name: card.name,
        channel: card.channel,
        at: Math.max(card.last.at, card.opened),
        more: card.last.text,
      }),
    );
    return [...new Map(rows.map((one) => [one.customer, one])).values()].slice(0, SHOWN);
  }, [cards, typed]);
}

/** Typing finds; Enter looks an id or an address up exactly. */
function Finder({ typed, onType }: { typed: string; onType: (typed: string) => void }) {
  const { api } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const [missing, setMissing] = useState("");
  const look = useCallback(async (): Promise<void> => {
    const text = typed.trim();
    if (/^cu-[\w-]+$/.test(text)) return go("customers", text);
    const [channel, account, ...rest] = text.split(":");
    if (!channel || !account || !rest.length) return;
    try {
      const told = await api.get<{ customer: string }>(at("/api/addresses/{}/{}/{}", channel, account, rest.join(":")));
      go("customers", told.customer);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      setMissing(text);
    }
  }, [api, typed]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(look);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every screen reader yet
    <form role="search" className={css.search} onSubmit={submit}>
      <Search size={16} aria-hidden="true" />
      <input
        type="search"
        value={typed}
        aria-label={t("customers.find")}
        placeholder={t("customers.hint")}
        onChange={(event) => {
          setMissing("");
          onType(event.target.value);
        }}
      />
      {missing && <p role="alert">{t("customers.missing", { text: missing })}</p>}
    </form>
  );
}
