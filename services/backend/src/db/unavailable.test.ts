import { expect, test } from "vitest";
import { isUnavailable, placeOf, unavailableReason } from "./unavailable.ts";

const coded = (code: string, message = "x") => Object.assign(new Error(message), { code });

test.each([
  [coded("ENOTFOUND"), "its host is not known"],
  [coded("ECONNREFUSED"), "the connection is refused: nothing listens there"],
  [coded("ECONNRESET"), "the connection broke"],
  [new Error("timeout exceeded when trying to connect"), "all connections to it are busy"],
  [new Error("Query read timeout"), "it does not answer in time"],
  [new Error("Connection terminated due to connection timeout"), "it does not answer in time"],
  [coded("28P01"), "it refuses the user or the password"],
  [coded("3D000"), "it has no database of this name"],
  [coded("25006"), "it takes no changes: it can only be read"],
  [coded("42P01"), "its tables are missing"],
  [coded("57P03"), "it is starting up or shutting down"],
  [coded("57P01"), "it is shutting down"],
  [coded("53300"), "it has too many connections"],
  [new Error("outer", { cause: coded("EHOSTUNREACH") }), "it does not answer in time"],
  [new AggregateError([coded("ECONNREFUSED")]), "the connection is refused: nothing listens there"],
])("%o: %s", (error, reason) => {
  expect(unavailableReason(error)).toBe(reason);
});

test.each([coded("23505"), coded("42703"), new Error("08 tasks and 53 more"), coded("57014"), "ECONNREFUSED"])(
  "%o says nothing of the database",
  (error) => {
    expect(isUnavailable(error)).toBe(false);
  },
);

test("names a database without user and password", () => {
  expect(placeOf("postgres://todo:secret@db.example:6543/app?sslmode=require")).toBe("db.example:6543/app");
  expect(placeOf("postgres://todo:secret@db/app")).toBe("db:5432/app");
});
