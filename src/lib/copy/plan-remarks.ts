import type { NotCarried, Obstacle } from "../../drivers/copy-source-model.js";

/** What is found worth telling while a copy is planned. */
export class PlanRemarks {
  readonly notCarried: NotCarried[] = [];
  readonly notes: string[] = [];
  readonly warnings: string[] = [];
  readonly obstacles: Obstacle[];

  constructor(obstacles: Obstacle[] = []) {
    this.obstacles = obstacles;
  }
}
