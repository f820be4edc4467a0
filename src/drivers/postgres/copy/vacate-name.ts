import type { TableName } from "../../driver.js";
import { cutToBytes, NAME_BYTES } from "../kept-name.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";

const MOST_DIGITS = 3;

/** How the server calls such sequences by itself. */
const USUAL = /_seq\d*$/;

/** An identity column's sequence may be called anything: it leaves its name to what must have it. */
const FREE_NUMBER = `
  SELECT min(n)::text AS number FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace, generate_series(1, 999) n
   WHERE s.nspname = $1 AND c.relname = $2 AND c.relkind = 'S'
     AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
     AND NOT EXISTS (SELECT FROM pg_class o WHERE o.relnamespace = s.oid AND o.relname = $3 || n::text)`;

/** Gives the sequence of an identity column another name where it has this one; nothing where it has not. */
export async function vacateName(session: Session, place: TableName & { readonly schema: string }): Promise<void> {
  const { schema, name } = place;
  if (!USUAL.test(name)) return;
  const stem = cutToBytes(name, NAME_BYTES - MOST_DIGITS);
  const { number } = await session.one<{ number: string | null }>(FREE_NUMBER, [schema, name, stem]);
  if (number === null) return;
  await session.run(`ALTER SEQUENCE ${quoteQualified(place)} RENAME TO ${quoteIdent(`${stem}${number}`)}`);
}
