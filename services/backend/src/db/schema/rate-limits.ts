/** Fixed windows of requests, shared by all replicas. */
export type RateLimitsTable = {
  key: string;
  windowEnds: Date;
  count: number;
};
