/** What a command shows people, as data; lib/terminal renders it. */
export interface View {
  readonly blocks: readonly Block[];
  /** What to do next, as a command to paste. */
  readonly next?: string | undefined;
  /** It is the data asked for, which --quiet does not keep back. */
  readonly isData?: true;
}

export type Block =
  | { readonly kind: "text"; readonly text: string; readonly tone?: Tone | undefined }
  /** Verbatim text for stdout, uncoloured and unwrapped. */
  | { readonly kind: "raw"; readonly text: string }
  | {
      readonly kind: "facts";
      readonly title?: string | undefined;
      readonly entries: readonly (readonly [string, Cell])[];
    }
  | {
      readonly kind: "table";
      readonly title?: string | undefined;
      readonly columns: readonly TableColumn[];
      readonly rows: readonly (readonly Cell[])[];
      readonly empty: string;
    };

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right" | undefined;
  /** Never cut: what people copy from the screen. */
  readonly isWhole?: boolean | undefined;
  /** Left out on a terminal too narrow for readable columns; 1 goes first. */
  readonly spare?: number | undefined;
}

export type Tone = "good" | "bad" | "warn" | "dim" | "strong";
export type Cell = string | { readonly text: string; readonly tone: Tone };
