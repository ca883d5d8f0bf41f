/** A customer's own page: what is known beside all that was said. */

import { ArrowLeft, MessageSquare } from "lucide-react";
import { useEffect } from "react";
import { useParts, useWords } from "../../shell/app";
import { go } from "../../shell/route";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Timeline } from "../inbox/Timeline";
import css from "./customers.module.css";
import { useFreshRecord, useRecord } from "./record";
import Side from "./Side";

export function Page({ customer }: { customer: string }) {
  const { feed } = useParts();
  const { t } = useWords();
  const { record, gone, nobody } = useRecord(customer);
  useFreshRecord(customer);
  useEffect(() => {
    feed.look(customer);
    return () => feed.look("");
  }, [feed, customer]);
  useEffect(() => {
    // A merged customer's record answers under the id they have now.
    if (record && record.id !== customer) go("customers", record.id);
  }, [record, customer]);
  if (gone || nobody)
    return (
      <div className={css.blank}>
        <Empty title={t(gone ? "customer.gone" : "customer.nobody")}>{gone && t("customer.gone.words")}</Empty>
      </div>
    );
  const name = record?.profile?.name?.value || t("customer.unnamed");
  return (
    <section className={css.page} aria-label={name}>
      <header className={css.head}>
        <IconButton name={t("talk.back")} className={css.back} onPress={() => go("customers")}>
          <ArrowLeft size={20} />
        </IconButton>
        <Avatar name={name} seed={customer} size="l" />
        <div className={css.grow}>
          <h2>
            <bdi>{name}</bdi>
          </h2>
          <small>{customer}</small>
        </div>
        <Button look="main" onPress={() => go("inbox", "open", customer)}>
          <MessageSquare size={16} aria-hidden="true" /> {t("customers.talk")}
        </Button>
      </header>
      <div className={css.split}>
        <Timeline thread="" customer={customer} name={name} />
        <Side customer={customer} />
      </div>
    </section>
  );
}
