# Sourced by stand_in.sh. Debian's Python 3.13 at the paths and with the habits of the public image: /usr/local/bin/python3,
# pip unhindered, packages in /usr/local/lib/python3.13/site-packages.

make_python() {
    install_packages "$1" python3 python3-venv ca-certificates netbase tzdata
    rm -f "$1/usr/lib/python3.13/EXTERNALLY-MANAGED"
    mkdir -p "$1/usr/local/lib/python3.13/site-packages"
    rm -rf "$1/usr/local/lib/python3.13/dist-packages"
    ln -s site-packages "$1/usr/local/lib/python3.13/dist-packages" # where Debian's Python looks, where the public one has it
    ln -s /usr/bin/python3.13 "$1/usr/local/bin/python3.13"
    ln -s python3.13 "$1/usr/local/bin/python3"
    ln -s python3 "$1/usr/local/bin/python"
    inside "$1" sh -c 'wheel=$(echo /usr/share/python-wheels/pip-*.whl) &&
        PYTHONPATH=$wheel PYTHONDONTWRITEBYTECODE=1 python3 -m pip install --quiet --no-index --no-compile \
            --root-user-action=ignore --target /usr/local/lib/python3.13/site-packages "$wheel"'
    rm -rf "$1/usr/local/lib/python3.13/site-packages/bin"
    for name in pip pip3 pip3.13; do
        printf '#!/usr/local/bin/python3.13\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n' \
            >"$1/usr/local/bin/$name"
        chmod 755 "$1/usr/local/bin/$name"
    done
    find "$1/usr" -name __pycache__ -type d -exec rm -rf {} + # written in the making, as the public image has none
    import_root "$1" "$2" 'CMD ["python3"]' \
        'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' \
        "ENV PYTHON_VERSION=$(inside "$1" python3 -c 'import platform; print(platform.python_version())')"
}
