/** What an admin does with an account: test, connect, change, switch off, remove. */

import { useQueryClient } from "@tanstack/react-query";
import { EllipsisVertical, Pencil, Power, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { at } from "../../api/client";
import type { Account, SeenAccount } from "../../api/shapes";
import { useParts, useToasts, useTry, useWords } from "../../shell/app";
import { Button, IconButton } from "../../ui/Button";
import { channelName } from "../../ui/ChannelMark";
import { Field } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import { Sheet } from "../../ui/Sheet";
import css from "./accounts.module.css";
import { Proof } from "./Proof";

export function AccountActs({ account, onChange }: { account: Account; onChange: () => void }) {
  const { api } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [seen, setSeen] = useState<SeenAccount>();
  const [removing, setRemoving] = useState(false);
  const place = at("/api/accounts/{}/{}", account.channel, account.name);
  const name = `${channelName(account.channel)} · ${account.name}`;
  const look = async (what: "look" | "connect"): Promise<void> => {
    setBusy(true);
    setSeen(undefined);
    await attempt(async () => setSeen((await api.post<SeenAccount>(`${place}/${what}`)).body));
    setBusy(false);
  };
  const change = async (active: boolean): Promise<void> => {
    await attempt(() => api.patch<Account>(place, { active, revision: account.revision }));
    await queries.invalidateQueries({ queryKey: ["accounts"] });
    await queries.invalidateQueries({ queryKey: ["channels"] });
  };
  const ours = account.source === "console";
  return (
    <>
      <div className={css.acts}>
        <Button isDisabled={busy} aria-label={`${t("accounts.test")} ${name}`} onPress={() => void look("look")}>
          {t("accounts.test")}
        </Button>
        <Button isDisabled={busy || !account.at_work} aria-label={`${t("accounts.connect")} ${name}`} onPress={() => void look("connect")}>
          {t("accounts.connect")}
        </Button>
        {ours && (
          <Menu
            label={`${t("accounts.change")} ${name}`}
            trigger={
              <IconButton name={`${t("accounts.change")} ${name}`}>
                <EllipsisVertical size={18} />
              </IconButton>
            }
            choices={[
              { id: "change", name: t("accounts.change"), icon: <Pencil size={15} />, act: onChange },
              {
                id: "switch",
                name: t(account.active ? "accounts.off" : "accounts.on"),
                icon: <Power size={15} />,
                act: () => void change(!account.active),
              },
              { id: "remove", name: t("accounts.remove"), icon: <Trash2 size={15} />, act: () => setRemoving(true) },
            ]}
          />
        )}
      </div>
      {busy && <p role="status">{t("accounts.testing")}</p>}
      {seen && <Proof seen={seen} />}
      {removing && <Removing account={account} name={name} onClose={() => setRemoving(false)} />}
    </>
  );
}

function Removing({ account, name, onClose }: { account: Account; name: string; onClose: () => void }) {
  const { api } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const attempt = useTry();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (typed.trim() !== account.name) return;
    if (
      await attempt(() =>
        api.remove(
          `${at("/api/accounts/{}/{}", account.channel, account.name)}?${new URLSearchParams({ revision: account.revision ?? "" })}`,
        ),
      )
    ) {
      show({ text: t("accounts.removed", { name }), bad: false });
      onClose();
    }
    await queries.invalidateQueries({ queryKey: ["accounts"] });
    await queries.invalidateQueries({ queryKey: ["channels"] });
  };
  return (
    <Sheet title={t("accounts.remove.title", { name })} closeName={t("do.close")} onClose={onClose}>
      <form className={css.form} onSubmit={(event) => void remove(event)}>
        <p>{t("accounts.remove.words")}</p>
        <Field
          label={t("accounts.name")}
          value={typed}
          autoFocus
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" look="danger" isDisabled={typed.trim() !== account.name}>
          {t("accounts.remove")}
        </Button>
      </form>
    </Sheet>
  );
}
