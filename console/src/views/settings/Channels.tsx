/** How each channel account does, and the log of one: what went out to the provider and what came in, as it happens. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowDownLeft, ArrowUpRight, Cable, Plus } from "lucide-react";
import { useState } from "react";
import { at } from "../../api/client";
import type { ChannelAccount, ChannelList, Exchange, Kind, LogEntry, LogPage, Account as SetUp } from "../../api/shapes";
import { useMay, useParts, useWords } from "../../shell/app";
import { to, useRoute } from "../../shell/route";
import { Button } from "../../ui/Button";
import { ChannelMark, channelName } from "../../ui/ChannelMark";
import { Empty } from "../../ui/Empty";
import { Sheet } from "../../ui/Sheet";
import { inLanguage, isKey, type Say } from "../../words/words";
import { AccountActs } from "./AccountActs";
import { AccountForm } from "./AccountForm";
import { useAccounts, useKinds } from "./accounts";
import own from "./accounts.module.css";
import css from "./channels.module.css";
import settings from "./settings.module.css";

const ACCOUNTS_MS = 5_000;
const LOG_MS = 2_000;
const PAGE = 50;
const AT_MOST = 200;

/** What the sheet over the list is about: which kind to choose, or the form of an account. */
type Setting = { readonly kind?: Kind; readonly account?: SetUp };

export function Channels() {
  const { t } = useWords();
  const { api } = useParts();
  const { parts } = useRoute();
  const may = useMay();
  const list = useQuery({ queryKey: ["channels"], queryFn: () => api.get<ChannelList>("/api/channels"), refetchInterval: ACCOUNTS_MS });
  const setUp = useAccounts().data?.accounts ?? [];
  const kinds = useKinds().data;
  const [setting, set] = useState<Setting>();
  // The web chat has no provider to call.
  const accounts = list.data?.channels.filter((one) => one.channel !== "webchat") ?? [];
  const resting = setUp.filter((one) => !accounts.some((other) => other.channel === one.channel && other.account === one.name));
  const chosen = accounts.find((one) => one.channel === parts[1] && one.account === parts[2]);
  const change = (account: SetUp): void => set({ kind: kinds?.kinds.find((one) => one.kind === account.channel), account });
  return (
    <section className={css.channels}>
      <header className={settings.head}>
        <div>
          <h2>{t("channels.title")}</h2>
          <p className={settings.quiet}>{t("channels.words")}</p>
        </div>
        {kinds && (
          <Button look="main" onPress={() => set({})}>
            <Plus size={16} aria-hidden="true" /> {t("accounts.add")}
          </Button>
        )}
      </header>
      {list.isSuccess && !accounts.length && !resting.length && (
        <Empty icon={<Cable size={28} />} title={t("channels.none")}>
          <p>{t(kinds ? "accounts.begin" : "channels.none.words")}</p>
          {kinds && <Kinds kinds={kinds.kinds} onChoose={(kind) => set({ kind })} />}
        </Empty>
      )}
      <ul className={css.accounts}>
        {accounts.map((one) => (
          <Account
            key={`${one.channel}/${one.account}`}
            account={one}
            open={one === chosen}
            may={may("watch")}
            setUp={setUp.find((other) => other.channel === one.channel && other.name === one.account)}
            onChange={change}
          />
        ))}
        {resting.map((one) => (
          <Resting key={`${one.channel}/${one.name}`} account={one} onChange={change} />
        ))}
      </ul>
      {chosen && may("watch") && <Log key={`${chosen.channel}/${chosen.account}`} account={chosen} />}
      {setting && !setting.kind && kinds && (
        <Sheet title={t("accounts.choose")} closeName={t("do.close")} onClose={() => set(undefined)}>
          <Kinds kinds={kinds.kinds} onChoose={(kind) => set({ kind })} />
        </Sheet>
      )}
      {setting?.kind && (
        <AccountForm
          key={`${setting.kind.kind}/${setting.account?.name ?? ""}`}
          kind={setting.kind}
          {...(setting.account ? { account: setting.account } : {})}
          taken={setUp.filter((one) => one.channel === setting.kind?.kind).map((one) => one.name)}
          noAddress={!kinds?.public_url}
          onClose={() => set(undefined)}
          onSaved={() => set(undefined)}
        />
      )}
    </section>
  );
}

function Kinds({ kinds, onChoose }: { kinds: readonly Kind[]; onChoose: (kind: Kind) => void }) {
  return (
    <ul className={own.kinds}>
      {kinds.map((kind) => (
        <li key={kind.kind}>
          <Button onPress={() => onChoose(kind)}>
            <span aria-hidden="true">
              <ChannelMark channel={kind.kind} />
            </span>{" "}
            {kind.ours ? channelName(kind.kind) : kind.title}
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** An account that is not at work: switched off, or one that cannot be opened. */
function Resting({ account, onChange }: { account: SetUp; onChange: (account: SetUp) => void }) {
  const { t, language } = useWords();
  const trouble = inLanguage(account.trouble ?? {}, language);
  return (
    <li data-state={account.active ? "failing" : "off"}>
      <ChannelMark channel={account.channel} />
      <div className={settings.grow}>
        <b>{`${channelName(account.channel)} · ${account.name}`}</b>
        <small className={css.state}>{t(account.active ? "accounts.is.locked" : "accounts.is.off")}</small>
        {trouble && <p className={css.sentence}>{trouble}</p>}
      </div>
      <AccountActs account={account} onChange={() => onChange(account)} />
    </li>
  );
}

interface AccountProps {
  readonly account: ChannelAccount;
  readonly open: boolean;
  readonly may: boolean;
  readonly setUp: SetUp | undefined;
  readonly onChange: (account: SetUp) => void;
}

function Account({ account, open, may, setUp, onChange }: AccountProps) {
  const { t, f } = useWords();
  const { state = "quiet", standing, rates } = account;
  const failure = state === "paused" ? account.paused_for : standing?.failure;
  const name = `${channelName(account.channel)} · ${account.account}`;
  return (
    <li data-state={state} data-open={open || undefined}>
      <ChannelMark channel={account.channel} />
      <div className={settings.grow}>
        <b>{name}</b>
        <small className={css.state}>{t(`channels.state.${state}`, { time: f.time(account.paused_until ?? 0) })}</small>
        {(state === "failing" || state === "paused") && <p className={css.sentence}>{sentenceOf(failure, standing?.code, t)}</p>}
        <small className={settings.quiet}>
          {t("channels.hour", { calls: standing?.calls ?? 0, failures: standing?.failures ?? 0 })}
          {rates?.per_second ? ` · ${t("channels.rate", { rate: f.number(rates.per_second) })}` : ""}
          {setUp?.source === "file" ? ` · ${t("accounts.is.file", { file: setUp.file ?? "" })}` : ""}
        </small>
      </div>
      {may && (
        <a className={css.more} href={open ? to("settings", "channels") : to("settings", "channels", account.channel, account.account)}>
          {t(open ? "channels.log.close" : "channels.log.open")}
        </a>
      )}
      {setUp && <AccountActs account={setUp} onChange={() => onChange(setUp)} />}
    </li>
  );
}

/** What a failure means here, where the hub still sends by itself, with the provider's code; that alone where no sentence is known. */
function sentenceOf(failure: string | undefined, code: string | undefined, t: Say): string {
  const key = failure === "throttled" ? "channels.throttled" : `outcome.${failure ?? ""}`;
  return [isKey(key) ? t(key) : (failure ?? ""), code].filter(Boolean).join(" · ");
}

function Log({ account }: { account: ChannelAccount }) {
  const { t } = useWords();
  const { api } = useParts();
  const [failed, setFailed] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const place = at("/api/channels/{}/{}/log", account.channel, account.account);
  const log = useQuery({
    queryKey: ["channel log", account.channel, account.account, failed, limit],
    queryFn: () => api.get<LogPage>(`${place}?${new URLSearchParams({ limit: String(limit), failed: String(failed) })}`),
    refetchInterval: LOG_MS,
    placeholderData: keepPreviousData,
  });
  const entries = log.data?.entries ?? [];
  return (
    <section className={css.log} aria-label={t("channels.log")}>
      <header>
        <h3>{t("channels.log")}</h3>
        <label>
          <input type="checkbox" checked={failed} onChange={(event) => setFailed(event.target.checked)} /> {t("channels.log.failed")}
        </label>
      </header>
      {log.isSuccess && !entries.length && (
        <Empty title={t(failed ? "channels.log.nofailed" : "channels.log.none")}>
          <p>{t("channels.log.words")}</p>
        </Empty>
      )}
      <ol>
        {entries.map((one) => (
          <Call key={one.id} entry={one} />
        ))}
      </ol>
      {log.data?.before && limit < AT_MOST && (
        <Button look="quiet" onPress={() => setLimit(AT_MOST)}>
          {t("channels.log.more")}
        </Button>
      )}
    </section>
  );
}

function hasFailed(one: Exchange): boolean {
  return Boolean(one.failure || one.trouble || ((one.status ?? 0) >= 400 && !one.fine));
}

function Call({ entry }: { entry: LogEntry }) {
  const { t, f } = useWords();
  const one = entry.exchange;
  const bad = hasFailed(one);
  const Way = one.incoming ? ArrowDownLeft : ArrowUpRight;
  const why = bad ? [sentenceOf(one.failure, one.code, t), one.trouble].filter(Boolean).join(" · ") : "";
  return (
    <li data-bad={bad || undefined}>
      <details>
        <summary>
          <Way size={14} role="img" aria-label={t(one.incoming ? "channels.in" : "channels.out")} />
          <time title={f.full(one.at)}>{f.time(one.at)}</time>
          <span className={css.status}>{one.status || "–"}</span>
          <span className={css.took}>{t("channels.took", { ms: one.took ?? 0 })}</span>
          <code>
            {one.method} {one.url}
          </code>
          <span className={css.kinds}>{(one.events ?? []).join(", ")}</span>
        </summary>
        <dl>
          {one.delivery && <Fact name={t("channels.delivery")} value={one.delivery} />}
          {(one.ids ?? []).length > 0 && <Fact name={t("channels.ids")} value={(one.ids ?? []).join(", ")} />}
          {one.asked && <Fact name={t("channels.asked")} value={one.asked} />}
          {one.answered && <Fact name={t("channels.answered")} value={one.answered} />}
        </dl>
      </details>
      {why && <p className={css.sentence}>{why}</p>}
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
      </dd>
    </>
  );
}
