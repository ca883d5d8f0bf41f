/** Customers: found by name, address or id as far as the hub can look today; a page with all that is known and was said. */

import { Search, Users } from "lucide-react";
import { type FormEvent, startTransition, useCallback, useEffect, useMemo, useState } from "react";
import { at, Problem } from "../../api/client";
import { useDesk } from "../../feed/desk";
import { listed, type Shown } from "../../feed/select";
import type { DeskState } from "../../feed/state";
import { useParts, useTry, useWords } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { go, to, useRoute } from "../../shell/route";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { channelName } from "../../ui/ChannelMark";
import { Empty } from "../../ui/Empty";
import { finds } from "../../ui/fold";
import css from "./customers.module.css";
import { Page } from "./Page";

const openOnes = (state: DeskState): readonly Shown[] => listed(state, "open");
const stateOf = (state: DeskState) => state.lists.open;
const SHOWN = 200;
/** As many as a tall window shows: the view is there at once, the rest follows while nobody waits. */
const AT_ONCE = 18;

export default function Customers() {
  const { acts, desk, feed } = useParts();
  const { t, f } = useWords();
  const { parts } = useRoute();
  const now = useNow();
  const chosen = parts[0] ?? "";
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(AT_ONCE);
  useEffect(() => startTransition(() => setShown(SHOWN)), []);
  const rows = useDesk(desk, openOnes);
  const list = useDesk(desk, stateOf);
  useEffect(() => {
    feed.views(["open"]);
    if (!list.loaded && !list.reading) acts.list("open").catch(() => {});
  }, [acts, feed, list.loaded, list.reading]);
  const found = useMemo(
    () =>
      rows
        .filter(({ card }) => !typed.trim() || finds(`${card.name} ${card.customer} ${channelName(card.channel)} ${card.last.text}`, typed))
        .slice(0, SHOWN),
    [rows, typed],
  );
  return (
    <div className={css.customers} data-inside={chosen ? true : undefined}>
      <section className={css.list} aria-label={t("view.customers")}>
        <header>
          <h1>{t("view.customers")}</h1>
          <Finder typed={typed} onType={setTyped} />
        </header>
        <ul>
          {found.slice(0, shown).map(({ card }) => (
            <li key={card.conversation}>
              <a href={to("customers", card.customer)} aria-current={card.customer === chosen ? "true" : undefined} className={css.row}>
                <Avatar name={card.name || t("customer.unnamed")} seed={card.customer} channel={card.channel} />
                <span className={css.grow}>
                  <bdi>{card.name || t("customer.unnamed")}</bdi>
                  <small>{card.last.text}</small>
                </span>
                <time>{f.short(Math.max(card.last.at, card.opened), now)}</time>
              </a>
            </li>
          ))}
        </ul>
        {list.loaded && found.length === 0 && <p className={css.nobody}>{t(typed ? "customers.none" : "customers.empty")}</p>}
        <p className={css.note}>{t("customers.scope")}</p>
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

/** Typing filters the open ones by name; Enter looks an id or an address up at the hub. */
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
      <Button type="submit" look="quiet">
        {t("customers.look")}
      </Button>
      {missing && <p role="alert">{t("customers.missing", { text: missing })}</p>}
    </form>
  );
}
