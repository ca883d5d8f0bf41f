/** What stands around every view: the rail, the thin line of a lost connection, the command bar, the keys. */

import { useEffect, useMemo, useState } from "react";
import { useDesk } from "../feed/desk";
import { type DeskState, TYPING_MS } from "../feed/state";
import { Boundary } from "../ui/Boundary";
import { LANGUAGES } from "../words/words";
import { Alerts } from "./Alerts";
import { useMay, useParts, useSession, useWords } from "./app";
import { type Command, CommandsFrame, useCommands, useKeys, useRegistry } from "./commands";
import { LANGUAGE_NAMES } from "./Door";
import { later } from "./later";
import { Rail } from "./Rail";
import { go, useRoute } from "./route";
import css from "./shell.module.css";
import { THEMES, useTheme } from "./theme";
import { fetchViews, VIEWS } from "./views";

const CommandBar = later(() => import("./CommandBar"));
const KeysHelp = later(() => import("./KeysHelp"));

const linkOf = (state: DeskState) => state.link;
const cardsOf = (state: DeskState) => state.cards;
const NAMES_IN_BAR = 300;
const REST_AFTER_MS = 1_500;

export function Shell() {
  return (
    <CommandsFrame>
      <Frame />
    </CommandsFrame>
  );
}

function Frame() {
  const { t } = useWords();
  const { view } = useRoute();
  const [over, setOver] = useState<"bar" | "help" | "">("");
  const registry = useRegistry();
  const customers = useCustomers();
  useCommands(useStanding());
  useKeys(useMemo(() => ({ bar: () => setOver("bar"), help: () => setOver("help") }), []));
  useEffect(() => {
    // Whoever opens the bar types at once: its files are there before. What cannot be fetched now is fetched when it is opened.
    const rest = setTimeout(() => {
      CommandBar.ahead();
      KeysHelp.ahead();
      fetchViews();
    }, REST_AFTER_MS);
    return () => clearTimeout(rest);
  }, []);
  const found = VIEWS.find((one) => one.id === view) ?? VIEWS[0];
  const Screen = found?.screen;
  return (
    <div className={css.shell}>
      <button type="button" className={css.skip} onClick={() => document.getElementById("main")?.focus()}>
        {t("shell.skip")}
      </button>
      <Rail onBar={() => setOver("bar")} />
      <main id="main" className={css.main} tabIndex={-1}>
        <div>
          <Line />
          <Alerts />
        </div>
        <div className={css.view} data-view={found?.id}>
          <Boundary place={view}>{Screen && <Screen key={found.id} />}</Boundary>
        </div>
      </main>
      <Boundary place={over}>
        {over === "bar" && <CommandBar commands={[...registry.all(), ...customers]} onClose={() => setOver("")} />}
        {over === "help" && <KeysHelp commands={registry.all()} onClose={() => setOver("")} />}
      </Boundary>
    </div>
  );
}

/** One thin line says that nothing new can come, and that it will. */
function Line() {
  const { desk } = useParts();
  const { t } = useWords();
  const link = useDesk(desk, linkOf);
  return (
    <div role="status" className={css.status}>
      {link === "lost" && <p className={css.lost}>{t("shell.lost")}</p>}
      {link === "polling" && <p className={css.slow}>{t("shell.polling", { n: TYPING_MS / 1000 })}</p>}
    </div>
  );
}

/** What can be done anywhere. */
function useStanding(): readonly Command[] {
  const { t, language, choose } = useWords();
  const { api } = useParts();
  const { change } = useSession();
  const may = useMay();
  const [theme, setTheme] = useTheme();
  return useMemo(() => {
    const views = VIEWS.map(
      (view, n): Command => ({ id: view.id, name: t(view.name), part: "bar.views", keys: `Alt+${n + 1}`, act: () => go(view.id) }),
    );
    const languages = LANGUAGES.filter((one) => one !== language).map(
      (one): Command => ({
        id: `language ${one}`,
        name: t("bar.language", { name: LANGUAGE_NAMES[one] }),
        part: "bar.you",
        act: () => choose(one),
      }),
    );
    const themes = THEMES.filter((one) => one !== theme).map(
      (one): Command => ({
        id: `theme ${one}`,
        name: t("bar.theme", { name: t(`theme.${one}`) }),
        part: "bar.you",
        act: () => setTheme(one),
      }),
    );
    const out = async (): Promise<void> => {
      await api.remove("/api/session").catch(() => {});
      change("out");
    };
    const rest: Command[] = [
      { id: "me", name: t("settings.me"), part: "bar.you", act: () => go("settings", "me") },
      ...(may("people")
        ? [{ id: "people", name: t("settings.people"), part: "bar.you" as const, act: () => go("settings", "people") }]
        : []),
      { id: "sign out", name: t("me.out"), part: "bar.you", act: () => void out() },
    ];
    return [...views, ...languages, ...themes, ...rest];
  }, [t, language, choose, theme, setTheme, api, change, may]);
}

/** Customers by name, as far as this browser knows them. */
function useCustomers(): readonly Command[] {
  const { desk } = useParts();
  const cards = useDesk(desk, cardsOf);
  return useMemo(() => {
    const names = new Map(Object.values(cards).map((card) => [card.customer, card]));
    return [...names.values()].slice(0, NAMES_IN_BAR).map(
      (card): Command => ({
        id: card.customer,
        name: card.name || card.customer,
        more: card.last.text,
        part: "view.customers",
        act: () => go("inbox", card.status === "open" ? "open" : "resolved", card.customer),
      }),
    );
  }, [cards]);
}
