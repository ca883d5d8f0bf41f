/** Settings: oneself, the people who may sign in, and the channels. */

import { useMay, useWords } from "../../shell/app";
import { to, useRoute } from "../../shell/route";
import { Channels } from "./Channels";
import { Mine } from "./Mine";
import { People } from "./People";
import css from "./settings.module.css";

export default function Settings() {
  const { t } = useWords();
  const { parts } = useRoute();
  const may = useMay();
  const pages = [
    { id: "me", name: t("settings.me") },
    ...(may("look") ? [{ id: "people", name: t("settings.people") }] : []),
    ...(may("watch") ? [{ id: "channels", name: t("settings.channels") }] : []),
  ];
  const chosen = pages.find((page) => page.id === parts[0])?.id ?? "me";
  return (
    <div className={css.settings}>
      <nav aria-label={t("view.settings")}>
        <h1>{t("view.settings")}</h1>
        {pages.map((page) => (
          <a key={page.id} href={to("settings", page.id)} aria-current={page.id === chosen ? "page" : undefined}>
            {page.name}
          </a>
        ))}
      </nav>
      <div className={css.page}>{chosen === "people" ? <People /> : chosen === "channels" ? <Channels /> : <Mine />}</div>
    </div>
  );
}
