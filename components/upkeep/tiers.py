"""
Keeps one backup a week and one a month beyond the days for which all are kept.

What Barman's window of days would delete and a tier wants is marked `keep`, which that window respects; what no tier wants any
more is released, and goes with the next time the window is enforced. Only marks of this script's kind (standalone) are
released: whoever keeps a backup by hand, with its archive (`--target full`), keeps it. Every word to the bucket is a
command of Barman's own.
"""

import datetime
import json
import os
import re
import subprocess
import sys


def week(moment):
    """Weeks since the first Monday there was."""
    return (moment.toordinal() - 1) // 7


def month(moment):
    return moment.year * 12 + moment.month


def plan(backups, now, weekly, monthly):
    """
    Ids to mark, and ids to release. Each week and each month (UTC) is remembered by its first good backup, until it
    is more than so many weeks or months ago: by the calendar, so that no later backup of the same week takes its place.
    """
    good = sorted((one for one in backups if one["status"] == "DONE"), key=lambda one: one["ended"])
    wanted = set()
    for period, most in ((week, weekly), (month, monthly)):
        firsts = {}
        for one in good:
            firsts.setdefault(period(one["ended"]), one["id"])
        if most > 0:
            wanted |= {each for when, each in firsts.items() if period(now) - when <= most}
    mark = [one["id"] for one in good if one["id"] in wanted and one["kept"] is None]
    release = [one["id"] for one in good if one["id"] not in wanted and one["kept"] == "STANDALONE"]
    return mark, release


def barman(command, *words):
    """Runs one of Barman's commands on the bucket; answers what it prints."""
    place = ["--cloud-provider", os.environ["PROVIDER"]]
    if os.environ.get("ENDPOINT"):
        place += ["--endpoint-url", os.environ["ENDPOINT"]]
    if os.environ.get("CREDENTIAL"):
        place += ["--credential", os.environ["CREDENTIAL"]]
    options, ids = words
    whole = [f"barman-cloud-backup-{command}", *place, *options, os.environ["DESTINATION"], os.environ["SERVER"], *ids]
    done = subprocess.run(whole, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"barman-cloud-backup-{command} failed with {done.returncode}: see above")
    return done.stdout


def listed():
    """What the bucket has: Barman says times in the one form of its list, and what is kept in the other."""
    kept = dict(re.findall(r"^(\S+) .*\bKEEP:(\w+)", barman("list", [], []), re.MULTILINE))
    return [
        {
            "ended": utc(one.get("end_time_iso")),
            "id": one["backup_id"],
            "kept": kept.get(one["backup_id"]),
            "status": one["status"] if one.get("end_time_iso") else "STARTED",
        }
        for one in json.loads(barman("list", ["--format", "json"], []))["backups_list"]
    ]


def utc(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc) if text else None


def main():
    if os.environ.get("GOOGLE_KEY"):
        # Google's library takes its key from a file only; this one is in the pod's memory.
        path = os.path.join(os.environ["HOME"], "google.json")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(os.environ["GOOGLE_KEY"])
        os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = path
    backups = listed()
    now = datetime.datetime.now(datetime.timezone.utc)
    mark, release = plan(backups, now, int(os.environ["WEEKLY"]), int(os.environ["MONTHLY"]))
    for each in mark:
        barman("keep", ["--target", "standalone"], [each])
    for each in release:
        barman("keep", ["--release"], [each])
    print(f"{len(backups)} backups; marked: {' '.join(mark) or 'none'}; released: {' '.join(release) or 'none'}")
    if os.environ.get("DELETE_BEYOND"):
        policy = ["--retention-policy", f"RECOVERY WINDOW OF {os.environ['DELETE_BEYOND']} DAYS"]
        # Whatever the clock says, the newest stays.
        barman("delete", [*policy, "--minimum-redundancy", "1"], [])


if __name__ == "__main__":
    main()
