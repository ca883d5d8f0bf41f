/** Parts that are loaded when they are needed: tried again while the hub is away, and said meanwhile. */

import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { Broken } from "../ui/Boundary";

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/** A component of that file; what came once is there at once. `meanwhile` stands until then. */
export function later<P extends object>(load: Load<P>, meanwhile: ReactNode = <div data-blank />) {
  let here: ComponentType<P> | undefined;
  const fetched = async (): Promise<ComponentType<P>> => {
    here ??= (await load()).default;
    return here;
  };
  function Later(props: P) {
    const [Part, put] = useState<ComponentType<P> | undefined>(() => here);
    const [tries, setTries] = useState(0);
    // biome-ignore lint/correctness/useExhaustiveDependencies: each try is another
    useEffect(() => {
      if (Part) return;
      let away = false;
      let timer: number | undefined;
      fetched().then(
        (found) => away || put(() => found),
        () => {
          timer = window.setTimeout(() => setTries((n) => n + 1), AGAIN_MS);
        },
      );
      return () => {
        away = true;
        window.clearTimeout(timer);
      };
    }, [Part, tries]);
    if (Part) return <Part {...props} />;
    return tries ? <Broken /> : meanwhile;
  }
  /** Fetch it before it is asked for; where that fails, it is tried when it is. */
  Later.ahead = (): void => void fetched().catch(() => {});
  return Later;
}

const AGAIN_MS = 2_000;
