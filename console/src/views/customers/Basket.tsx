/** Cart and orders, as the record has them. */

import type { Live } from "../../api/shapes";
import { useWords } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { isKey } from "../../words/words";
import css from "./side.module.css";

export function Basket({ record }: { record: Live }) {
  const { t, f } = useWords();
  const now = useNow();
  const cart = record.cart;
  const lines = (cart?.lines ?? []).filter((line) => (line.quantity ?? 1) > 0);
  const orders = record.orders;
  const last = [...(orders?.last ?? [])].reverse();
  const end = `cart.${cart?.end ?? ""}`;
  return (
    <>
      {cart && lines.length > 0 && (
        <section className={css.part}>
          <h4>
            {t("cart.title")}{" "}
            <small>
              {cart.ended ? (isKey(end) ? t(end) : cart.end) : t("cart.changed", { when: f.span(now - (cart.updated ?? now)) })}
            </small>
          </h4>
          <ul className={css.list}>
            {lines.map((line) => (
              <li key={`${line.product} ${line.variant}`}>
                <span className={css.quantity}>{line.quantity ?? 1} ×</span>
                <span className={css.grow}>
                  {line.name || line.product}
                  {line.variant && <small>{line.variant}</small>}
                </span>
                {line.price && <span className={css.money}>{f.money(line.price, cart.currency ?? "")}</span>}
              </li>
            ))}
            {(cart.more ?? 0) > 0 && <li>{t("cart.more", { n: cart.more ?? 0 })}</li>}
          </ul>
          {cart.total && (
            <p className={css.total}>
              <span>{t("cart.total")}</span> <strong>{f.money(cart.total, cart.currency ?? "")}</strong>
            </p>
          )}
        </section>
      )}
      {orders && (
        <section className={css.part}>
          <h4>
            {t("orders.title")} <small>{t("orders.count", { n: orders.count ?? 0 })}</small>
          </h4>
          <ul className={css.list}>
            {last.map((order) => (
              <li key={order.id}>
                <span className={css.grow}>
                  {order.id}
                  {(order.items?.length ?? 0) > 0 && <small>{order.items?.join(", ")}</small>}
                </span>
                <span className={css.money}>
                  {f.money(order.total ?? "", order.currency ?? "")}
                  <small>
                    {order.state && order.state !== "placed" && isKey(`order.${order.state}`)
                      ? t(`order.${order.state}` as "order.cancelled")
                      : f.date(order.at)}
                  </small>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
