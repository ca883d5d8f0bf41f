/** How words are written down: one row a meaning, one column a language. */

/** A phrase, or one for each plural form the language has; `{name}` stands for a value. */
export type Phrase = string | { readonly [form in Intl.LDMLPluralRule]?: string };
/** Key by meaning → English, Vietnamese, Chinese as in Taiwan: a row that lacks one does not compile. */
export type Rows = Readonly<Record<string, readonly [en: Phrase, vi: Phrase, zhTW: Phrase]>>;
