/**
 * Queries whose text does not depend on what is asked: built and compiled by kysely once, and from then on only given their values.
 * For those that run with every small call: building one anew costs more than SQLite needs to answer it.
 *
 *     const accountQuery = fixed((given: { no: number }) => query.selectFrom('account').select('epoch').where('no', '=', given.no));
 *     write.first(accountQuery({ no: 7 }))
 */
import type { CompiledQuery } from 'kysely';

type Query<Row> = { compile(): CompiledQuery<Row> };

/** `build` must use each of `given` as a value and never look at it: at its only run they are marks, not values. */
export const fixed = <Given extends Record<string, unknown>, Row>(
  build: (given: Given) => Query<Row>,
): ((given: Given) => Query<Row>) => {
  let known: { compiled: CompiledQuery<Row>; names: (string | undefined)[] } | undefined;
  const learn = () => {
    const marks = new Map<unknown, string>();
    const given = new Proxy({} as Given, {
      get: (_, name) => {
        const mark = Object.freeze({ mark: name });
        marks.set(mark, String(name));
        return mark;
      },
    });
    const compiled = build(given).compile();
    return { compiled, names: compiled.parameters.map((parameter) => marks.get(parameter)) };
  };
  return (given) => ({
    compile: () => {
      known ??= learn();
      const { compiled, names } = known;
      const parameters = names.map((name, at) =>
        name === undefined ? compiled.parameters[at] : given[name],
      );
      return { ...compiled, parameters };
    },
  });
};

/** The same for lists: one text for each length. `build` gets that many marks, each an object of marks like `fixed`'s. */
export const fixedByCount = <Given extends Record<string, unknown>, One extends Record<string, unknown>, Row>(
  build: (given: Given, each: One[]) => Query<Row>,
): ((given: Given, each: readonly One[]) => Query<Row>) => {
  const texts = new Map<number, (given: Record<string, unknown>) => Query<Row>>();
  return (given, each) => {
    let query = texts.get(each.length);
    if (query === undefined) {
      const count = each.length;
      query = fixed((marks: Record<string, unknown>) =>
        build(
          marks as Given,
          Array.from(
            { length: count },
            (_, at) => new Proxy({} as One, { get: (__, name) => marks[`${at} ${String(name)}`] }),
          ),
        ),
      );
      texts.set(count, query);
    }
    const all: Record<string, unknown> = { ...given };
    for (const [at, one] of each.entries()) {
      for (const name of Object.keys(one)) all[`${at} ${name}`] = one[name];
    }
    return query(all);
  };
};
