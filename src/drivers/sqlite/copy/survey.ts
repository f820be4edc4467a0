import { conditionOf } from "../condition.js";
import type { Connection } from "../connection.js";
import { missingExtension } from "../errors.js";
import { findFollowers } from "./follower-scan.js";
import { countEmptyKeys, isKeyMerged } from "./key-scan.js";
import { scanLimits } from "./limit-scan.js";
import { findOrphans } from "./orphan-scan.js";
import { readStructure } from "./read-structure.js";
import { countRespelled } from "./respelled-scan.js";
import type { SurveyAnswer, SurveyQuestion } from "./survey-protocol.js";
import { scanTable } from "./table-scan.js";

/** Answers in the child that reads, from its open transaction. Long work. */
export function answerSurvey(connection: Connection, question: SurveyQuestion): SurveyAnswer {
  try {
    return answer(connection, question);
  } catch (error) {
    const name = missingExtension(error);
    if (name === null) throw error;
    return { to: "missing", name };
  }
}

function answer(connection: Connection, question: SurveyQuestion): SurveyAnswer {
  switch (question.ask) {
    case "condition":
      return { to: "condition", condition: conditionOf(connection) };
    case "structure":
      return { to: "structure", structure: readStructure(connection) };
    case "columns":
      return { to: "columns", evidence: scanTable(connection, question.scan) };
    case "orphans":
      return findOrphans(connection, question.table);
    case "followers":
      return findFollowers(connection, question);
    case "respelled":
      return { to: "respelled", rows: countRespelled(connection, question) };
    case "emptyKeys":
      return { to: "emptyKeys", rows: countEmptyKeys(connection, question.table, question.columns) };
    case "mergedKey":
      return { to: "mergedKey", isMerged: isKeyMerged(connection, question) };
    case "limits":
      return { to: "limits", beyond: scanLimits(connection, question) };
  }
}
