/** What breaks in one place stays there: it says so and offers to begin anew, while everything around it goes on. */

import { RotateCw, Unplug } from "lucide-react";
import { Component, type ReactNode } from "react";
import { useWords } from "../shell/app";
import { Button } from "./Button";
import { Empty } from "./Empty";

interface BoundaryProps {
  /** What is shown inside; a change of it is another try. */
  readonly place: string;
  readonly children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { readonly broken: string }> {
  override state = { broken: "" };

  static getDerivedStateFromError(): { broken: string } {
    return { broken: "somewhere" };
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (before.place !== this.props.place && this.state.broken) this.setState({ broken: "" });
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

/** After an update of the hub, or of what broke, the remedy is the whole page; drafts are kept in this browser. */
export function Broken() {
  const { t } = useWords();
  return (
    <Empty
      icon={<Unplug />}
      title={t("broken.title")}
      act={
        <Button look="main" onPress={() => location.reload()}>
          <RotateCw size={16} aria-hidden="true" /> {t("broken.again")}
        </Button>
      }
    >
      <p>{t("broken.words")}</p>
    </Empty>
  );
}
