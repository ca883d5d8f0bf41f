/** Where an agent writes: to which thread, a reply or a note; drafts stay in this browser. */

import { ChevronDown, Send } from "lucide-react";
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Address } from "../../api/shapes";
import type { Shown } from "../../feed/select";
import { useMe, useParts, useTry, useWords } from "../../shell/app";
import { recall, remember, usePref } from "../../shell/prefs";
import { IconButton } from "../../ui/Button";
import { ChannelMark, channelName } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import { Menu } from "../../ui/Menu";
import { reachable, sameAddress, useRecord } from "../customers/record";
import css from "./composer.module.css";
import { Draft } from "./Draft";
import { Attach, Strip, useDrop, useFiles } from "./Files";
import { useNames, usePeople } from "./names";
import { useLeave } from "./window";

export type Tab = "reply" | "note";
const HIGHEST = 220;

interface ComposerProps {
  readonly shown: Shown | undefined;
  readonly customer: string;
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** The one thing that can be written here; under a post answers are written beneath the comment. */
  readonly only?: Tab | undefined;
}

export function Composer({ shown, customer, tab, onTab, field, only }: ComposerProps) {
  const { t } = useWords();
  const { acts, feed, uploads } = useParts();
  const attempt = useTry();
  const me = useMe();
  const names = useNames();
  const people = usePeople();
  const [text, setText] = useDraft(customer, tab);
  const [breaks] = usePref("enter");
  const thread = useThread(customer, shown);
  useGrowth(field, text);
  const card = shown?.card;
  const theirs = card?.status === "open" && card.owner.kind === "agent" && card.owner.agent !== me?.user.login ? card.owner.agent : "";
  const barred = tab === "reply" && Boolean(theirs);
  const files = useFiles(customer, thread.address);
  const bears = tab === "reply" && files.pieces.length > 0;
  const drop = useDrop(files, barred || tab === "note");
  const send = useCallback((): void => {
    const words = text.trim();
    if (!(words || bears) || barred || (bears && !files.ready)) return;
    setText("");
    const where = { customer, conversation: card?.status === "open" ? card.conversation : "" };
    if (tab === "note") {
      const mentions = people.filter((one) => words.includes(`@${one.login}`)).map((one) => one.login);
      void attempt(() => acts.note({ customer, conversation: card?.conversation ?? "" }, words, mentions));
    } else {
      const attachments = uploads.take(customer);
      void attempt(() => acts.say(where, words, { to: thread.address, attachments }));
    }
  }, [text, bears, files.ready, barred, setText, customer, card, tab, people, attempt, acts, uploads, thread.address]);
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === "Escape") event.currentTarget.blur();
    // While a Vietnamese or Chinese word is being put together, Enter takes the word.
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    const sends = breaks ? event.ctrlKey || event.metaKey || event.shiftKey : !event.shiftKey;
    if (!sends) return;
    event.preventDefault();
    send();
  };
  const leave = useLeave(customer, tab === "reply" ? thread.address : undefined);
  const hint = useHint(shown, tab, theirs ? names(theirs) : "");
  return (
    <section className={cx(css.composer, tab === "note" && css.noting, drop.over && css.over)} aria-label={t("write.title")} {...drop.ears}>
      {drop.over && <p className={css.dropping}>{t("files.drop")}</p>}
      {tab === "reply" && (
        <Draft
          customer={customer}
          onEdit={(words) => {
            setText(words);
            field.current?.focus();
          }}
        />
      )}
      <div className={css.tools}>
        <div className={css.tabs}>
          {(["reply", "note"] as const)
            .filter((one) => !only || one === only)
            .map((one) => (
              <button key={one} type="button" aria-pressed={one === tab} onClick={() => onTab(one)}>
                {t(`write.${one}`)}
              </button>
            ))}
        </div>
        {tab === "reply" && thread.address && <Pill thread={thread} />}
        {hint && <p className={css.hint}>{hint}</p>}
        {tab === "reply" && !barred && leave.words && <p className={cx(css.hint, leave.closed && css.shut)}>{leave.words}</p>}
      </div>
      {tab === "reply" && <Strip files={files} customer={customer} field={field} />}
      <div className={css.line}>
        {tab === "reply" && <Attach files={files} isDisabled={barred} />}
        <textarea
          ref={field}
          rows={1}
          value={text}
          disabled={barred}
          dir="auto"
          aria-label={t(`write.${tab}`)}
          placeholder={t(`write.${tab}.hint`)}
          onChange={(event) => {
            setText(event.target.value);
            if (tab === "reply" && event.target.value) feed.typing(customer, Date.now());
          }}
          onKeyDown={pressed}
          onPaste={(event) => {
            // Words that are copied with their looks bear a picture of themselves: the words are meant.
            if (tab !== "reply" || !event.clipboardData.files.length || event.clipboardData.types.includes("text/plain")) return;
            event.preventDefault();
            files.add(event.clipboardData.files);
          }}
        />
        <IconButton
          name={t(tab === "note" ? "write.note.do" : "write.send")}
          keys={breaks ? "Ctrl ↵" : "↵"}
          side="top"
          className={css.send}
          isDisabled={barred || !(text.trim() || bears) || (bears && !files.ready)}
          onPress={send}
        >
          <Send size={18} />
        </IconButton>
      </div>
    </section>
  );
}

/** What was begun stays, for each customer by itself, until it is sent or taken out. */
function useDraft(customer: string, tab: Tab): readonly [string, (text: string) => void] {
  const name = `draft:${tab}:${customer}`;
  const [draft, set] = useState({ name, text: recall(name) });
  const text = draft.name === name ? draft.text : recall(name);
  useEffect(() => set({ name, text: recall(name) }), [name]);
  const change = useCallback(
    (next: string) => {
      set({ name, text: next });
      remember(name, next);
    },
    [name],
  );
  return [text, change];
}

function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words decide the height
  useLayoutEffect(() => {
    const node = field.current;
    if (!node) return;
    node.style.height = "auto";
    node.style.height = `${Math.min(HIGHEST, node.scrollHeight + 2)}px`;
  }, [field, text]);
}

interface Thread {
  readonly address: Address | undefined;
  readonly choices: readonly Address[];
  readonly choose: (address: Address) => void;
}

/** The thread a reply goes to: the one chosen here, else the last one the customer used. */
function useThread(customer: string, shown: Shown | undefined): Thread {
  const { record } = useRecord(customer);
  const [chosen, choose] = useState<Address>();
  const last = useRef(customer);
  useEffect(() => {
    if (last.current !== customer) choose(undefined);
    last.current = customer;
  }, [customer]);
  return useMemo(() => {
    const choices = reachable(record);
    const conversation = record?.conversations?.find((one) => one.id === shown?.card.conversation);
    const usual = choices.find((one) => sameAddress(one, conversation?.last_thread)) ?? choices.at(-1);
    return { address: choices.find((one) => sameAddress(one, chosen)) ?? usual, choices, choose };
  }, [record, shown?.card.conversation, chosen]);
}

/** The channel pill: through which address it goes. */
function Pill({ thread }: { thread: Thread }) {
  const { t } = useWords();
  const { address, choices, choose } = thread;
  const field = useRef<HTMLButtonElement>(null);
  if (!address) return null;
  const words = (one: Address): string =>
    `${channelName(one.channel)}${choices.filter((other) => other.channel === one.channel).length > 1 ? ` · ${one.account} · ${one.id}` : ""}`;
  if (choices.length < 2)
    return (
      <span className={css.pill}>
        <ChannelMark channel={address.channel} /> {words(address)}
      </span>
    );
  return (
    <Menu
      label={t("write.thread")}
      trigger={
        <AriaButton ref={field} className={css.pill ?? ""} aria-label={t("write.through", { name: words(address) })}>
          <ChannelMark channel={address.channel} /> {words(address)} <ChevronDown size={13} aria-hidden="true" />
        </AriaButton>
      }
      choices={choices.map((one) => ({
        id: `${one.channel}:${one.account}:${one.id}`,
        name: channelName(one.channel),
        more: `${one.account} · ${one.id}`,
        icon: <ChannelMark channel={one.channel} />,
        chosen: sameAddress(one, address),
        act: () => choose(one),
      }))}
    />
  );
}

function useHint(shown: Shown | undefined, tab: Tab, theirs: string): string {
  const { t } = useWords();
  if (tab === "note") return t("write.note.private");
  if (theirs) return t("write.theirs", { name: theirs });
  if (!shown) return "";
  if (shown.card.status === "resolved") return t("write.closed");
  if (shown.card.owner.kind === "bot") return t("write.takes");
  return "";
}
