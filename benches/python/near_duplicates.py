"""Near-duplicates of one corpus by the package or by another one, from one Python process.

    python benches/python/near_duplicates.py wirecopy ARTICLES.jsonl CLUSTERS.tsv

The process reads JSON lines with `id` and `text`, and writes the id and the cluster of each article that has a near-duplicate.
The others use word 5-grams, 128 permutations, 16 bands of 8 rows, and their own estimate of a Jaccard similarity of 0.8, which
is what wirecopy checks exactly. Wall and CPU seconds and peak memory go to standard output, as JSON.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from typing import Any, Dict, Iterator, List, Tuple

WORD = re.compile(r"\w+")
THRESHOLD = 0.8


def articles(path: str) -> Iterator[Tuple[str, str]]:
    with open(path, "rb") as lines:
        for line in lines:
            record = json.loads(line)
            yield str(record["id"]), str(record.get("text") or "")


def shingles(text: str) -> List[str]:
    words = WORD.findall(text.lower())
    return list({" ".join(words[place : place + 5]) for place in range(max(1, len(words) - 4))})


def clusters(count: int, pairs: Iterator[Tuple[int, int]]) -> List[int]:
    """The first article of each one's cluster."""
    first = list(range(count))

    def find(article: int) -> int:
        while first[article] != article:
            first[article] = first[first[article]]
            article = first[article]
        return article

    for one, other in pairs:
        one, other = find(one), find(other)
        first[max(one, other)] = min(one, other)
    return [find(article) for article in range(count)]


def wirecopy(path: str) -> Tuple[List[str], List[int]]:
    import pyarrow
    import wirecopy

    ids, texts = zip(*articles(path))
    table = pyarrow.table({"id": pyarrow.array(ids), "text": pyarrow.array(texts)})
    del texts
    found = wirecopy.scan(table, texts=False, relate={"relations": ["identical", "near_duplicate"]})
    places = {name: place for place, name in enumerate(ids)}
    pairs = found.pairs.to_pyarrow().select(["a", "b"]).to_pydict()
    return list(ids), clusters(len(ids), ((places[a], places[b]) for a, b in zip(pairs["a"], pairs["b"])))


def rensa(path: str) -> Tuple[List[str], List[int]]:
    from rensa import RMinHash, RMinHashLSH

    at_once = 5000
    ids: List[str] = []
    hashes: List[Any] = []
    waiting: List[List[str]] = []
    for name, text in articles(path):
        ids.append(name)
        waiting.append(shingles(text))
        if len(waiting) == at_once:
            hashes.extend(RMinHash.from_token_sets(waiting, num_perm=128, seed=42))
            waiting = []
    hashes.extend(RMinHash.from_token_sets(waiting, num_perm=128, seed=42))
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=16)
    index.insert_many(hashes, start_key=0)

    def pairs() -> Iterator[Tuple[int, int]]:
        for begin in range(0, len(hashes), 20_000):
            for one, others in enumerate(index.query_all(hashes[begin : begin + 20_000]), begin):
                for other in others:
                    if other > one and hashes[one].jaccard(hashes[other]) >= THRESHOLD:
                        yield one, other

    return ids, clusters(len(ids), pairs())


def datasketch(path: str) -> Tuple[List[str], List[int]]:
    from datasketch import MinHash, MinHashLSH

    at_once = 2000
    ids: List[str] = []
    hashes: List[Any] = []
    waiting: List[List[bytes]] = []
    for name, text in articles(path):
        ids.append(name)
        waiting.append([shingle.encode() for shingle in shingles(text)])
        if len(waiting) == at_once:
            hashes.extend(MinHash.bulk(waiting, num_perm=128))
            waiting = []
    hashes.extend(MinHash.bulk(waiting, num_perm=128))
    index = MinHashLSH(num_perm=128, params=(16, 8))
    with index.insertion_session() as session:
        for place, made in enumerate(hashes):
            session.insert(place, made, check_duplication=False)

    def pairs() -> Iterator[Tuple[int, int]]:
        for one, made in enumerate(hashes):
            for other in index.query(made):
                if other > one and made.jaccard(hashes[other]) >= THRESHOLD:
                    yield one, other

    return ids, clusters(len(ids), pairs())


PACKAGES = {"wirecopy": wirecopy, "rensa": rensa, "datasketch": datasketch}


def main() -> None:
    name, corpus, out = sys.argv[1:]
    began = time.perf_counter()
    ids, first = PACKAGES[name](corpus)
    sizes: Dict[int, int] = {}
    for cluster in first:
        sizes[cluster] = sizes.get(cluster, 0) + 1
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(f"{name}\t{cluster}\n" for name, cluster in zip(ids, first) if sizes[cluster] > 1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}
    print(json.dumps({"package": name, "articles": len(ids), **{key: round(value, 2) for key, value in told.items()}}))


if __name__ == "__main__":
    main()
