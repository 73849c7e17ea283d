from tuiapp.cli.main import main

raise SystemExit(main())
