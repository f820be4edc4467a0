/** Where a copy writes down, in its target, where it came from. It is no table of the user's: what is compared or exported is without it. */
export const ORIGIN_TABLE = "dbops_origin";
