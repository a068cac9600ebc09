#!/usr/bin/env python3
"""Makes the package for Windows: a zip, an installer, and the manifests for winget and Scoop.

It builds the program on Debian with ./cargo, or takes one with --exe. It needs zip files from Python alone, and makensis (Debian's nsis)
for the installer. The result is the same for the same commit.

To sign, set SIGN to a command that signs the file which is its last argument, for example:

    SIGN="osslsigncode-in-place.sh" packaging/windows/package.py
"""

import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TARGET = "x86_64-pc-windows-gnu"
IDENTIFIER = "swyx-teams.swyx-teams"
PUBLISHER = "The developers of swyx-teams"
WINGET = "1.12.0"  # the version of the manifests
MAX_EXE = 20 * 1024 * 1024  # bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exe", type=Path, help="the built program; without it, it is built")
    parser.add_argument("--out", type=Path, default=ROOT / "target/package", help="the folder for the result")
    parser.add_argument("--url", help="the address of the folder where the result is published; without it, there are no manifests")
    options = parser.parse_args()
    metadata = read_metadata()
    version = next(package["version"] for package in metadata["packages"] if package["name"] == "swyx-teams")
    name = f"swyx-teams-{version}-x86_64-windows"
    shutil.rmtree(options.out, ignore_errors=True)
    folder = options.out / "content" / name
    folder.mkdir(parents=True)
    fill(folder, options.exe or checked(build()), metadata)
    archive = options.out / f"{name}.zip"
    pack(folder, archive)
    installer = options.out / f"{name}-installer.exe"
    make_installer(folder, installer, version)
    shutil.rmtree(options.out / "content")
    made = [archive, installer]
    if options.url:
        base = options.url.rstrip("/")
        made += winget(options.out, version, f"{base}/{installer.name}", digest(installer))
        made.append(scoop(options.out, version, f"{base}/{archive.name}", digest(archive), name))
    sums = options.out / "SHA256SUMS"
    sums.write_text("".join(f"{digest(file)}  {file.name}\n" for file in made), encoding="utf-8", newline="\n")
    for file in [*made, sums]:
        print(f"{file.stat().st_size:>12,}  {file.relative_to(options.out)}")


def read_metadata():
    words = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET]
    return json.loads(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def build():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target/windows"))
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    subprocess.run([HERE / "cargo", "build", "--release", "--bins"], cwd=ROOT, check=True, env=environment)
    return target / TARGET / "release/swyx-teams.exe"


def checked(exe):
    """The program, if it is not larger than promised."""
    if exe.stat().st_size > MAX_EXE:
        sys.exit(f"{exe.name} is larger than {MAX_EXE:,} bytes")
    return exe


def sign(file):
    if command := os.environ.get("SIGN"):
        subprocess.run([*shlex.split(command), str(file)], check=True)


def fill(folder, exe, metadata):
    """Copies everything that is installed."""
    program = folder / "swyx-teams.exe"
    shutil.copyfile(exe, program)
    sign(program)
    for file in ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE-MIT", "LICENSE-APACHE"]:
        shutil.copyfile(ROOT / file, folder / file)
    for part in ["docs", "schema"]:
        shutil.copytree(ROOT / part, folder / part)
    (folder / "completions").mkdir()
    (folder / "completions/swyx-teams.ps1").write_bytes(run_natively(["completions", "powershell"]))
    (folder / "THIRD-PARTY-LICENSES.txt").write_text(licenses(metadata), encoding="utf-8", newline="\n")
    stamp = commit_time()
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (stamp, stamp))


def run_natively(words):
    """The output of the program, built for this machine: the generated files are the same on all systems."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}
    built = subprocess.run(
        ["cargo", "run", "--quiet", "--locked", "--", *words], cwd=ROOT, check=True, capture_output=True, env=environment
    )
    return built.stdout


def commit_time():
    if stamp := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(stamp)
    shown = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True)
    return int(shown.stdout)


def licenses(metadata):
    """The licences of all crates in the program, each text once."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    seen, waiting = {root}, [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            is_used = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if is_used and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    texts = {}
    lines = ["swyx-teams contains these crates. The texts of their licences follow the list.", ""]
    for package in sorted((packages[id] for id in seen - {root}), key=lambda package: (package["name"], package["version"])):
        name = f"{package['name']} {package['version']}"
        lines.append(f"{name}: {package['license'] or 'see its licence file'}")
        for file in sorted(Path(package["manifest_path"]).parent.iterdir()):
            if file.is_file() and file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE")):
                text = file.read_text(encoding="utf-8", errors="replace").strip()
                texts.setdefault(text, []).append(name)
    lines += ["", "It also contains the standard library of Rust (MIT OR Apache-2.0), and parts of mingw-w64 and libgcc,"]
    lines += ["whose licences permit that for programs that are compiled with them.", ""]
    for text, names in texts.items():
        lines += ["=" * 80, ", ".join(names), "=" * 80, "", text, ""]
    return "\n".join(lines) + "\n"


def pack(folder, archive):
    """Writes the zip, whose entries are sorted and have the time of the commit."""
    stamp = time.gmtime(commit_time())[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, path.read_bytes())


def make_installer(folder, installer, version):
    """Compiles the installer. It gets a list of the files to remove, so that it removes no others."""
    names = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    delete = [f'Delete "$INSTDIR\\{windows(name)}"' for name in names if (folder / name).is_file()]
    remove = [f'RMDir "$INSTDIR\\{windows(name)}"' for name in reversed(names) if (folder / name).is_dir()]
    files = folder.parent / "files.nsh"
    files.write_text("\n".join([*delete, *remove]) + "\n", encoding="utf-8")
    values = {"VERSION": version, "FOLDER": folder, "FILES": files, "OUTPUT": installer.resolve(), "PUBLISHER": PUBLISHER}
    if command := os.environ.get("SIGN"):
        values["SIGN"] = command
    words = [f"-D{name}={value}" for name, value in values.items()]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(commit_time())}
    subprocess.run(["makensis", "-V2", "-WX", *words, HERE / "installer.nsi"], check=True, env=environment)
    sign(installer)


def windows(path):
    return str(path).replace("/", "\\")


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_yaml(path, kind, fields):
    """Writes a manifest of winget. JSON texts are valid YAML."""
    lines = [f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{WINGET}.schema.json"]
    common = {"PackageIdentifier": IDENTIFIER, **fields, "ManifestType": kind, "ManifestVersion": WINGET}
    lines += [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in common.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def winget(out, version, url, checksum):
    """The three manifests of winget, for the installer."""
    page = url.rsplit("/", 1)[0] + "/"
    description = "Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation"
    return [
        write_yaml(out / f"{IDENTIFIER}.yaml", "version", {"PackageVersion": version, "DefaultLocale": "en-US"}),
        write_yaml(
            out / f"{IDENTIFIER}.installer.yaml",
            "installer",
            {
                "PackageVersion": version,
                "InstallerType": "nullsoft",
                "Scope": "user",
                "UpgradeBehavior": "install",
                "Commands": ["swyx-teams"],
                "ProductCode": "swyx-teams",
                "Installers": [{"Architecture": "x64", "InstallerUrl": url, "InstallerSha256": checksum.upper()}],
            },
        ),
        write_yaml(
            out / f"{IDENTIFIER}.locale.en-US.yaml",
            "defaultLocale",
            {
                "PackageVersion": version,
                "PackageLocale": "en-US",
                "Publisher": PUBLISHER,
                "PackageName": "swyx-teams",
                "PackageUrl": page,
                "License": "MIT OR Apache-2.0",
                "ShortDescription": description,
                "Tags": ["microsoft-teams", "presence", "swyxware"],
            },
        ),
    ]


def scoop(out, version, url, checksum, folder):
    """The manifest of Scoop, for the zip."""
    path = out / "swyx-teams.json"
    manifest = {
        "version": version,
        "description": "Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation",
        "homepage": url.rsplit("/", 1)[0] + "/",
        "license": "MIT|Apache-2.0",
        "architecture": {"64bit": {"url": url, "hash": checksum, "extract_dir": folder}},
        "bin": "swyx-teams.exe",
    }
    path.write_text(json.dumps(manifest, indent=4) + "\n", encoding="utf-8", newline="\n")
    return path


if __name__ == "__main__":
    main()
