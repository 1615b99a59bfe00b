"""Shops in files of every format, counted by pandas and geopandas."""

from __future__ import annotations

import json
import random
import zipfile

import geopandas
import numpy as np
import pandas as pd
import rasterio

from sim.territory.territory import SECTORS

SECTOR_OF = {
    "bakery": "convenience",
    "pharmacy": "convenience",
    "clothes": "comparison",
    "florist": "comparison",
    "restaurant": "hospitality",
    "hairdresser": "hospitality",
}
BPE = {"B207": "bakery", "D307": "pharmacy", "B302": "clothes", "A504": "restaurant"}
NAF = {"10.71C": "bakery", "47.73Z": "pharmacy", "47.71Z": "clothes", "56.10A": "restaurant"}
WORDS = {
    "Boulangerie": "bakery",
    "PHARMACIES": "pharmacy",
    "Prêt-à-porter": "clothes",
    "fleuristes": "florist",
    "Restaurant / Bar": "restaurant",
    "coiffeur": "hairdresser",
}


def frame(town, kinds=tuple(SECTOR_OF), seed=3) -> geopandas.GeoDataFrame:
    """Seventy shops over a town and beyond, one in seven vacant, some of a kind left out."""
    rng = random.Random(seed)
    rows = []
    for i in range(70):
        x = town.west + rng.uniform(-150, 1950)
        y = town.south + rng.uniform(-150, 1550)
        kind = "fuel" if i % 10 == 9 else rng.choice(kinds)
        rows.append({"osm_id": f"n{i}", "shop": kind, "former": "", "x": x, "y": y})
        if i % 7 == 6:
            rows[-1] |= {"shop": "", "former": rng.choice(kinds)}
    table = pd.DataFrame(rows)
    points = geopandas.points_from_xy(table["x"], table["y"], crs=3035)
    return geopandas.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points)


def expected(town, shops: geopandas.GeoDataFrame) -> tuple[dict[str, int], int]:
    """Premises by sector and vacant ones, in or next to an inhabited cell, by a spatial join."""
    rows, columns = town.residents.shape
    boxes = [
        (town.west + 200 * c, town.south + 200 * (rows - 1 - r))
        for (r, c), n in np.ndenumerate(town.residents)
        if n
    ]
    reach = geopandas.GeoSeries(
        geopandas.points_from_xy(*(np.array(boxes).T + 100), crs=3035)
    ).buffer(300, cap_style="square")
    within = shops.geometry.to_crs(3035)
    grid = (town.west, town.south, town.west + 200 * columns, town.south + 200 * rows)
    inside = within.x.between(grid[0], grid[2]) & within.y.between(grid[1], grid[3])
    here = shops[inside & within.within(reach.union_all())]
    kinds = here["shop"].where(here["shop"] != "", here["former"])
    sector = kinds.map(SECTOR_OF).dropna()
    vacant = here.loc[sector.index, "shop"] == ""
    return sector.value_counts().reindex(SECTORS, fill_value=0).to_dict(), int(vacant.sum())


def osm(shops):
    return shops.rename(columns={"former": "disused:shop"})


def degrees(shops):
    points = shops.geometry.to_crs(4326)
    return pd.DataFrame(osm(shops).drop(columns="geometry")).assign(lon=points.x, lat=points.y)


def write_overpass(path, shops):
    elements = []
    for i, row in enumerate(degrees(shops).itertuples(index=False)):
        tags = {"shop": row[1], "disused:shop": row[2]}
        place = {"lat": row[4], "lon": row[3]}
        where = [place, {"center": place}, {"geometry": [place, place]}][i % 3]
        tags = {key: value for key, value in tags.items() if value}
        elements.append({"type": "way", "id": i, "tags": tags, **where})
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))


def write_zip(path, shops):
    folder = path.with_suffix("")
    folder.mkdir()
    write_shapefile(folder / "shops.shp", shops)
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"données/{part.name}")


def write_shapefile(path, shops):
    osm(shops).to_file(path)


def write_wkt(path, shops):
    table = pd.DataFrame(osm(shops)).assign(geometry=shops.geometry.to_crs(4326).to_wkt())
    table.to_csv(path, index=False)


def write_pairs(path, shops):
    table = degrees(shops)
    table["geo_point_2d"] = table["lat"].astype(str) + ", " + table["lon"].astype(str)
    table.drop(columns=["lon", "lat"]).to_csv(path, index=False, sep=";")


def write_excel_csv(path, shops):
    table = degrees(shops).to_csv(index=False, sep=";", decimal=",")
    path.write_text("sep=;\n" + table, encoding="latin-1")


def write_overpass_csv(path, shops):
    table = degrees(shops).rename(columns={"osm_id": "@id", "lon": "@lon", "lat": "@lat"})
    table.to_csv(path, index=False, sep="\t")


WRITERS = {
    "shops.csv": lambda path, shops: degrees(shops).to_csv(path, index=False, na_rep="NA"),
    "excel.csv": write_excel_csv,
    "overpass.csv": write_overpass_csv,
    "wkt.csv": write_wkt,
    "pairs.csv": write_pairs,
    "overpass.json": write_overpass,
    "shops.geojson": lambda path, shops: osm(shops).to_crs(4326).to_file(path),
    "shops.gpkg": lambda path, shops: osm(shops).to_crs(2154).to_file(path),
    "shops.fgb": lambda path, shops: osm(shops).to_file(path, driver="FlatGeobuf"),
    "shops.shp": write_shapefile,
    "shops.zip": write_zip,
    "lonlat.parquet": lambda path, shops: degrees(shops).to_parquet(path),
    "geo.parquet": lambda path, shops: osm(shops).to_crs(4326).to_parquet(path),
}


def codes_of(shops, codes, other):
    return shops["shop"].map({kind: code for code, kind in codes.items()}).fillna(other)


def write_bpe(path, shops):
    points = shops.geometry.to_crs(2154)
    table = pd.DataFrame({"AN": 2024, "TYPEQU": codes_of(shops, BPE, "A101")})
    table = table.assign(LAMBERT_X=points.x, LAMBERT_Y=points.y, EPSG=2154, QUALITE_XY="B")
    table.to_csv(path, index=False, sep=";")


def write_sirene(path, shops):
    points, number = shops.geometry.to_crs(2154), np.arange(len(shops))
    activity = codes_of(shops, NAF, "84.11Z")
    table = pd.DataFrame({"siret": 50_000 + number, "activitePrincipaleEtablissement": activity})
    state = np.where(number % 5 == 4, "F", "A")
    table = table.assign(etatAdministratifEtablissement=state, x=points.x, y=points.y)
    table.to_csv(path, index=False)


def write_sheet(path, shops):
    points = shops.geometry.to_crs(4326)
    french = codes_of(shops, WORDS, "Local vacant").where(
        shops["shop"] != "fuel", "Station-service"
    )
    sheet = pd.DataFrame({"Activité": french, "Longitude": points.x, "Latitude": points.y})
    sheet.to_csv(path, index=False, sep=";", decimal=",", encoding="latin-1")


SHEETS = {"bpe.csv": write_bpe, "sirene.csv": write_sirene, "sheet.csv": write_sheet}


def write_raster(path, crs, size, corner, values):
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -200.0, "crs": crs}
    height, width = values.shape
    transform = rasterio.transform.from_origin(*corner, *np.broadcast_to(size, 2))
    with rasterio.open(
        path, "w", width=width, height=height, transform=transform, **profile
    ) as raster:
        raster.write(values.astype(np.float32), 1)
    return path
