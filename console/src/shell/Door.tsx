/** The page before the shell: sign-in and first set-up. */

import type { ReactNode } from "react";
import mark from "../mark.svg";
import { LANGUAGES } from "../words/words";
import { useWords } from "./app";
import css from "./door.module.css";

export const LANGUAGE_NAMES = { vi: "Tiếng Việt", en: "English", "zh-TW": "繁體中文" } as const;

export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { language, choose, t } = useWords();
  return (
    <main className={css.door}>
      <div className={css.card}>
        <p className={css.name}>
          <img src={mark} alt="" width={28} height={28} />
          omnihub
        </p>
        <h1>{title}</h1>
        {children}
      </div>
      <fieldset className={css.languages}>
        <legend>{t("me.language")}</legend>
        {LANGUAGES.map((one) => (
          <button key={one} type="button" lang={one} aria-pressed={one === language} onClick={() => choose(one)}>
            {LANGUAGE_NAMES[one]}
          </button>
        ))}
      </fieldset>
    </main>
  );
}
