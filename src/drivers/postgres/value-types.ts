import type { Value } from "../driver.js";

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;

/** How result columns become values: integers exact, everything that JavaScript has no exact type for as the server's own text. */
export const valueTypes = {
  getTypeParser(oid: number): (text: string) => Value {
    switch (oid) {
      case BOOL:
        return (text) => text === "t";
      case BYTEA:
        return (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"));
      case INT8:
        return (text) => BigInt(text);
      case INT2:
      case INT4:
      case OID:
      case FLOAT4:
      case FLOAT8:
        return (text) => Number(text);
      default:
        return (text) => text;
    }
  },
};
